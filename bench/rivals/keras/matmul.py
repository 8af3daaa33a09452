import tensorflow as tf

from parts import set_up, version


def prepare(task, threads):
    set_up(threads)
    a, b = tf.constant(task["a"]), tf.constant(task["b"])
    once = tf.function(lambda: tf.matmul(a, b))

    def run(times):
        for _ in range(times):
            product = once()
        return product.numpy()

    return {"version": version, "run": run, "check": lambda times: run(times).ravel()[task["sample"]].tolist()}
