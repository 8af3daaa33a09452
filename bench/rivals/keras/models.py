"""The models as one writes them in Keras, and the order of their weights, which is that of the task."""

import keras
from keras import layers, ops


def mlp(task):
    *hidden, last = [ones["bias"].shape[0] for ones in task["weights"].values()]
    return keras.Sequential(
        [
            keras.Input(task["input"][1:]),
            *(layers.Dense(units, activation="relu") for units in hidden),
            layers.Dense(last),
        ]
    )


def cnn(task):
    return keras.Sequential(
        [
            keras.Input(task["input"][1:]),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(task["classes"]),
        ]
    )


def lstm(task):
    return keras.Sequential(
        [
            keras.Input(task["input"][1:]),
            layers.LSTM(128, return_sequences=True),
            layers.Dense(task["classes"]),
        ]
    )


class Block(keras.Layer):
    def __init__(self, width, task, use_bias):
        super().__init__()
        norm = {"epsilon": task["normEpsilon"], "center": use_bias}
        self.norm1 = layers.LayerNormalization(**norm)
        self.attention = layers.MultiHeadAttention(task["heads"], width // task["heads"], use_bias=use_bias)
        self.norm2 = layers.LayerNormalization(**norm)
        self.up = layers.Dense(4 * width, use_bias=use_bias)
        self.down = layers.Dense(width, use_bias=use_bias)

    def call(self, x):
        normal = self.norm1(x)
        x = x + self.attention(normal, normal, use_causal_mask=True)
        return x + self.down(ops.gelu(self.up(self.norm2(x)), approximate=False))


def transformer(task):
    shape = task["input"][1:]
    return keras.Sequential(
        [keras.Input(shape), Block(shape[-1], task, use_bias=True), layers.Dense(task["classes"])]
    )


class GPT(keras.Model):
    def __init__(self, task):
        super().__init__()
        weights = task["weights"]
        steps, width = weights["positions"]["embeddings"].shape
        count = sum(name.endswith(".query") for name in weights)
        self.tokens = layers.ReversibleEmbedding(task["classes"], width)
        self.positions = layers.Embedding(steps, width)
        self.blocks = [Block(width, task, use_bias=False) for _ in range(count)]
        self.norm = layers.LayerNormalization(epsilon=task["normEpsilon"], center=False)

    def call(self, x):
        h = self.tokens(x) + self.positions(ops.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h)
        return self.tokens(self.norm(h), reverse=True)


models = {"mlp": mlp, "cnn": cnn, "lstm": lstm, "transformer": transformer, "nanogpt": GPT}
