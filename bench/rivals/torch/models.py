"""The models as one writes them in PyTorch, each made from the weights of a task.

PyTorch keeps the kernel of a linear layer as [out, in], of a convolution as [out, in, height, width], and images as
[batch, channels, height, width].
"""

import torch
from torch import nn
from torch.nn import functional as F


def linear(weights):
    kernel = weights["kernel"]
    layer = nn.Linear(*kernel.shape, bias="bias" in weights)
    return given(layer, weight=kernel.T, **only(weights, "bias"))


def conv(weights):
    kernel, bias = weights["kernel"], weights["bias"]
    height, width, inputs, outputs = kernel.shape
    layer = nn.Conv2d(inputs, outputs, (height, width))
    return given(layer, weight=kernel.permute(3, 2, 0, 1), bias=bias)


def norm(weights, epsilon):
    gamma = weights["gamma"]
    layer = nn.LayerNorm(gamma.shape, eps=epsilon, bias="beta" in weights)
    return given(layer, weight=gamma, **{"bias": beta for beta in only(weights, "beta").values()})


def embedding(weights):
    values = weights["embeddings"]
    return given(nn.Embedding(*values.shape), weight=values)


def only(weights, name):
    return {name: weights[name]} if name in weights else {}


def given(layer, **values):
    """The layer with these values as its parameters."""
    with torch.no_grad():
        for name, value in values.items():
            getattr(layer, name).copy_(value)
    return layer


def mlp(weights, task):
    layers = [linear(ones) for ones in weights.values()]
    stack = [part for layer in layers for part in (layer, nn.ReLU())]
    return nn.Sequential(*stack[:-1])


class CNN(nn.Module):
    def __init__(self, weights, task):
        super().__init__()
        self.conv1, self.conv2 = conv(weights["conv1"]), conv(weights["conv2"])
        kernel = weights["head"]["kernel"]
        pixels_first = kernel.reshape(5, 5, 64, 10).permute(2, 0, 1, 3).reshape(kernel.shape)
        self.head = linear({**weights["head"], "kernel": pixels_first})

    def forward(self, x):
        x = x.permute(0, 3, 1, 2)
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.head(x.flatten(1))


class LSTM(nn.Module):
    """PyTorch has the gates in the same order, and a second bias that is no use: it stays zero."""

    def __init__(self, weights, task):
        super().__init__()
        ones = weights["lstm"]
        inputs, gates = ones["kernel"].shape
        self.lstm = given(
            nn.LSTM(inputs, gates // 4, batch_first=True),
            weight_ih_l0=ones["kernel"].T,
            weight_hh_l0=ones["recurrent"].T,
            bias_ih_l0=ones["bias"],
            bias_hh_l0=torch.zeros(gates),
        )
        self.lstm.bias_hh_l0.requires_grad_(False)
        self.head = linear(weights["head"])

    def forward(self, x):
        states, _ = self.lstm(x)
        return self.head(states)


class Block(nn.Module):
    """Query, key and value come from one product, as one writes it in PyTorch."""

    def __init__(self, weights, task):
        super().__init__()
        self.heads = task["heads"]
        epsilon = task["normEpsilon"]
        three = [weights[name] for name in ("query", "key", "value")]
        self.project = linear({name: torch.cat([one[name] for one in three], -1) for name in three[0]})
        self.norm1, self.norm2 = norm(weights["norm1"], epsilon), norm(weights["norm2"], epsilon)
        self.merge, self.up, self.down = (linear(weights[name]) for name in ("merge", "up", "down"))

    def forward(self, x):
        batch, steps, width = x.shape
        parts = self.project(self.norm1(x)).split(width, -1)
        query, key, value = (part.view(batch, steps, self.heads, -1).transpose(1, 2) for part in parts)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.merge(mixed.transpose(1, 2).reshape(batch, steps, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


def transformer(weights, task):
    return nn.Sequential(Block(weights, task), linear(weights["head"]))


class GPT(nn.Module):
    def __init__(self, weights, task):
        super().__init__()
        self.tokens, self.positions = embedding(weights["tokens"]), embedding(weights["positions"])
        self.blocks = nn.Sequential(*(Block(ones, task) for ones in blocks_of(weights)))
        self.norm = norm(weights["norm"], task["normEpsilon"])

    def forward(self, x):
        h = self.blocks(self.tokens(x) + self.positions(torch.arange(x.shape[1])))
        return F.linear(self.norm(h), self.tokens.weight)


def blocks_of(weights):
    """The weights of each block: those of `1.query` and its like."""
    count = sum(name.endswith(".query") for name in weights)
    parts = ("norm1", "query", "key", "value", "merge", "norm2", "up", "down")
    return [{part: weights[f"{at}.{part}"] for part in parts} for at in range(1, count + 1)]


models = {"mlp": mlp, "cnn": CNN, "lstm": LSTM, "transformer": transformer, "nanogpt": GPT}
