import keras
import tensorflow as tf

from parts import optimizer_for, set_up, version


def prepare(task, threads):
    set_up(threads)
    variables = [keras.Variable(values) for values in task["params"]]
    gradients = [tf.constant(values) for values in task["gradients"]]
    optimizer = optimizer_for(task["optimizer"], variables)
    once = tf.function(lambda: optimizer.apply(gradients, variables))

    def run(times):
        for _ in range(times):
            once()

    def check(times):
        run(times)
        return variables[0].numpy().ravel()[task["sample"]].tolist()

    return {"version": version, "run": run, "check": check}
