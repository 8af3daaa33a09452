"""What the jobs have in common. PyTorch runs eagerly, on as many threads as it is told."""

import torch


def set_up(threads):
    torch.manual_seed(0)
    torch.set_num_threads(threads)
    return {"version": torch.__version__}


def tensor(values):
    return torch.from_numpy(values)


def optimizer_for(options, params):
    """AdamW spares what is no matrix."""
    decay = options["weightDecay"]
    adam = {
        "lr": options["rate"],
        "betas": (options["beta1"], options["beta2"]),
        "eps": options["epsilon"],
    }
    params = [p for p in params if p.requires_grad]
    if decay == 0:
        return torch.optim.Adam(params, **adam)
    groups = [
        {"params": [p for p in params if p.dim() >= 2], "weight_decay": decay},
        {"params": [p for p in params if p.dim() < 2], "weight_decay": 0},
    ]
    return torch.optim.AdamW(groups, **adam)


def step_for(task):
    """Trains a model on a batch with some learning rate, and answers the loss."""
    from models import models

    weights = {
        layer: {name: tensor(one) for name, one in ones.items()} for layer, ones in task["weights"].items()
    }
    model = models[task["model"]](weights, task)
    options = task["optimizer"]
    optimizer = optimizer_for(options, model.parameters())

    def step(x, labels, rate):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(x).reshape(len(labels), -1), labels)
        loss.backward()
        if options["clip"]:
            torch.nn.utils.clip_grad_norm_(model.parameters(), options["clip"])
        optimizer.step()
        return loss.detach()

    return step
