"""The models as functions of parameters, inputs and what else the task says. Layouts are those of the task."""

import jax
from jax import lax, nn
from jax import numpy as jnp


def dense(ones, x):
    product = x @ ones["kernel"]
    return product + ones["bias"] if "bias" in ones else product


def norm(ones, x, epsilon):
    normal = nn.standardize(x, axis=-1, epsilon=epsilon) * ones["gamma"]
    return normal + ones["beta"] if "beta" in ones else normal


def mlp(params, x, task):
    *hidden, last = params.values()
    for ones in hidden:
        x = nn.relu(dense(ones, x))
    return dense(last, x)


def cnn(params, x, task):
    for ones in (params["conv1"], params["conv2"]):
        dimensions = ("NHWC", "HWIO", "NHWC")
        x = lax.conv_general_dilated(x, ones["kernel"], (1, 1), "VALID", dimension_numbers=dimensions)
        x = nn.relu(x + ones["bias"])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return dense(params["head"], x.reshape(x.shape[0], -1))


def lstm(params, x, task):
    ones = params["lstm"]
    units = ones["recurrent"].shape[0]
    zeros = jnp.zeros((x.shape[0], units))

    def step(state, inputs):
        h, c = state
        input_gate, forget_gate, candidate, output_gate = jnp.split(inputs + h @ ones["recurrent"], 4, -1)
        c = nn.sigmoid(forget_gate) * c + nn.sigmoid(input_gate) * jnp.tanh(candidate)
        h = nn.sigmoid(output_gate) * jnp.tanh(c)
        return (h, c), h

    projected = x @ ones["kernel"] + ones["bias"]
    _, states = lax.scan(step, (zeros, zeros), projected.swapaxes(0, 1))
    return dense(params["head"], states.swapaxes(0, 1))


def block(params, x, task):
    batch, steps, width = x.shape
    epsilon = task["normEpsilon"]

    def split(name):
        return dense(params[name], normal).reshape(batch, steps, task["heads"], -1)

    normal = norm(params["norm1"], x, epsilon)
    mixed = nn.dot_product_attention(split("query"), split("key"), split("value"), is_causal=True)
    x = x + dense(params["merge"], mixed.reshape(batch, steps, width))
    wide = nn.gelu(dense(params["up"], norm(params["norm2"], x, epsilon)), approximate=False)
    return x + dense(params["down"], wide)


def transformer(params, x, task):
    return dense(params["head"], block(params, x, task))


def nanogpt(params, x, task):
    tokens = params["tokens"]["embeddings"]
    h = tokens[x] + params["positions"]["embeddings"]
    count = sum(name.endswith(".query") for name in params)
    for at in range(1, count + 1):
        start = f"{at}."
        ones = {name.removeprefix(start): one for name, one in params.items() if name.startswith(start)}
        h = block(ones, h, task)
    return norm(params["norm"], h, task["normEpsilon"]) @ tokens.T


models = {"mlp": mlp, "cnn": cnn, "lstm": lstm, "transformer": transformer, "nanogpt": nanogpt}
