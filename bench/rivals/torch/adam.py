from parts import optimizer_for, set_up, tensor


def prepare(task, threads):
    way = set_up(threads)
    params = [tensor(values).requires_grad_() for values in task["params"]]
    for param, gradient in zip(params, task["gradients"]):
        param.grad = tensor(gradient)
    optimizer = optimizer_for(task["optimizer"], params)

    def run(times):
        for _ in range(times):
            optimizer.step()

    def check(times):
        run(times)
        return params[0].detach().flatten()[tensor(task["sample"]).long()].tolist()

    return {**way, "run": run, "check": check}
