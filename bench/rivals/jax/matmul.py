import jax
from jax import numpy as jnp

from parts import version


def prepare(task, threads):
    a, b = jnp.asarray(task["a"]), jnp.asarray(task["b"])
    once = jax.jit(jnp.matmul)

    def run(times):
        for _ in range(times):
            product = once(a, b).block_until_ready()
        return product

    return {"version": version, "run": run, "check": lambda times: run(times).ravel()[task["sample"]].tolist()}
