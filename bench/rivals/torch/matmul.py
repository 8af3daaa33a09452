import torch

from parts import set_up, tensor


def prepare(task, threads):
    way = set_up(threads)
    a, b = tensor(task["a"]), tensor(task["b"])
    product = torch.empty(a.shape[0], b.shape[1])

    def run(times):
        for _ in range(times):
            torch.matmul(a, b, out=product)

    def check(times):
        run(times)
        return product.flatten()[tensor(task["sample"]).long()].tolist()

    return {**way, "run": run, "check": check}
