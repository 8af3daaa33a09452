"""What the jobs have in common. JAX compiles whole functions; Adam is written out, as JAX itself has no optimizers."""

import jax
from jax import numpy as jnp

version = jax.__version__
tree = jax.tree_util


def adam(options, params, gradients, m, v, step, rate):
    """One update of all parameters, of which matrices decay; `step` counts from 1."""
    beta1, beta2 = options["beta1"], options["beta2"]
    if options["clip"]:
        length = jnp.sqrt(sum(jnp.sum(g * g) for g in tree.tree_leaves(gradients)))
        scale = jnp.minimum(1, options["clip"] / length)
        gradients = tree.tree_map(lambda g: g * scale, gradients)
    m = tree.tree_map(lambda m, g: beta1 * m + (1 - beta1) * g, m, gradients)
    v = tree.tree_map(lambda v, g: beta2 * v + (1 - beta2) * g * g, v, gradients)
    correction1, correction2 = 1 - beta1**step, 1 - beta2**step

    def updated(p, m, v):
        decay = options["weightDecay"] if p.ndim >= 2 else 0
        return p * (1 - rate * decay) - rate * (m / correction1) / (
            jnp.sqrt(v / correction2) + options["epsilon"]
        )

    return tree.tree_map(updated, params, m, v), m, v


class Training:
    """Parameters and the moments of Adam, and a compiled step that replaces them."""

    def __init__(self, task):
        from models import models

        logits_of = models[task["model"]]
        self.params = tree.tree_map(jnp.array, task["weights"])
        self.m = tree.tree_map(jnp.zeros_like, self.params)
        self.v = tree.tree_map(jnp.zeros_like, self.params)
        self.count = jnp.float32(0)

        def loss_of(params, x, labels):
            logits = logits_of(params, x, task).reshape(len(labels), -1)
            return cross_entropy(logits, labels)

        def step(params, m, v, count, rate, x, labels):
            loss, gradients = jax.value_and_grad(loss_of)(params, x, labels)
            params, m, v = adam(task["optimizer"], params, gradients, m, v, count + 1, rate)
            return loss, params, m, v, count + 1

        self.compiled = jax.jit(step, donate_argnums=(0, 1, 2, 3))

    def step(self, x, labels, rate):
        loss, self.params, self.m, self.v, self.count = self.compiled(
            self.params, self.m, self.v, self.count, rate, x, labels
        )
        return loss


def cross_entropy(logits, labels):
    chosen = jnp.take_along_axis(logits, labels[:, None], -1)[:, 0]
    return (jax.nn.logsumexp(logits, -1) - chosen).mean()
