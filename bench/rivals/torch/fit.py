"""PyTorch has no `fit`: the loop that everybody writes, without a DataLoader, which would make it slower."""

import torch
from parts import set_up, step_for, tensor


def prepare(task, threads):
    way = set_up(threads)
    step, rates = step_for(task), task["optimizer"]
    rows, batch = task["rows"], task["input"][0]
    x = tensor(task["x"]).reshape(rows, *task["input"][1:])
    labels = tensor(task["labels"]).long()

    def epoch(order, rate):
        total = torch.zeros(())
        for chosen in order.split(batch):
            total += step(x[chosen], labels[chosen], rate) * len(chosen)
        return total.item() / rows

    def run(epochs):
        for _ in range(epochs):
            epoch(torch.randperm(rows), rates["timedRate"])

    def check(epochs):
        return [epoch(torch.arange(rows), rates["rate"]) for _ in range(epochs)][-1:]

    return {**way, "run": run, "check": check}
