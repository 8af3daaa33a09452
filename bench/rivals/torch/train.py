from parts import set_up, step_for, tensor


def prepare(task, threads):
    way = set_up(threads)
    step, rates = step_for(task), task["optimizer"]
    x = tensor(task["x"]).reshape(task["input"])
    labels = tensor(task["labels"]).long()

    def run(steps, rate=rates["timedRate"]):
        for _ in range(steps):
            loss = step(x, labels, rate)
        return loss

    return {**way, "run": run, "check": lambda steps: [run(steps, rates["rate"]).item()]}
