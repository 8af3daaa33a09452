from jax import numpy as jnp

from parts import Training, version


def prepare(task, threads):
    training = Training(task)
    x = jnp.asarray(task["x"].reshape(task["input"]))
    labels = jnp.asarray(task["labels"])

    timed_rate, rate = (jnp.float32(task["optimizer"][name]) for name in ("timedRate", "rate"))

    def run(steps, rate=timed_rate):
        for _ in range(steps):
            loss = training.step(x, labels, rate)
        return loss.block_until_ready()

    return {"version": version, "run": run, "check": lambda steps: [run(steps, rate).item()]}
