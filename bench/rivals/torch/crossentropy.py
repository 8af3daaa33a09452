from torch.nn.functional import cross_entropy

from parts import set_up, tensor


def prepare(task, threads):
    way = set_up(threads)
    logits = tensor(task["logits"]).requires_grad_(task["gradient"])
    labels = tensor(task["labels"]).long()

    def run(times):
        for _ in range(times):
            loss = cross_entropy(logits, labels)
            if task["gradient"]:
                logits.grad = None
                loss.backward()
        return loss.item()

    def check(times):
        loss = run(times)
        sample = logits.grad.flatten()[tensor(task["sample"]).long()].tolist() if task["gradient"] else []
        return [loss, *sample]

    return {**way, "run": run, "check": check}
