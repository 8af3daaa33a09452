"""What the jobs have in common: Keras on TensorFlow, whose functions are compiled by `tf.function`."""

import math
import os

os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

version = f"{keras.__version__} on TensorFlow {tf.__version__}"


def set_up(threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)


def optimizer_for(options, variables):
    """AdamW spares what is no matrix."""
    adam = {
        "learning_rate": options["rate"],
        "beta_1": options["beta1"],
        "beta_2": options["beta2"],
        "epsilon": options["epsilon"],
    }
    if options["weightDecay"] == 0:
        optimizer = keras.optimizers.Adam(**adam)
    else:
        decay = {"weight_decay": options["weightDecay"], "global_clipnorm": options["clip"]}
        optimizer = keras.optimizers.AdamW(**adam, **decay)
        optimizer.exclude_from_weight_decay(var_list=[v for v in variables if len(v.shape) < 2])
    optimizer.build(variables)
    return optimizer


def model_for(task):
    from models import models

    model = models[task["model"]](task)
    model(task["x"][: math.prod(task["input"])].reshape(task["input"]))  # builds it
    ordered = [values for ones in task["weights"].values() for values in ones.values()]
    model.set_weights([values.reshape(w.shape) for values, w in zip(ordered, model.weights, strict=True)])
    return model


def loss_for():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
