// A model of two inputs and two outputs, drawn with layers. It is described, not trained.
import { Concatenate, Dense, Embedding, GRU, input, Model } from "plumb-ml";

const words = input({ shape: [20], dtype: "int32", name: "words" }); // padded with zeros
const facts = input({ shape: [4], name: "facts" });
const read = new GRU(32).call(new Embedding(1000, 16, { maskZero: true }).call(words));
const both = new Concatenate().call([read, new Dense(8, { activation: "relu" }).call(facts)]);

const model = new Model({
  inputs: [words, facts],
  outputs: { price: new Dense(1).call(both), kind: new Dense(3, { activation: "softmax" }).call(both) },
});
model.compile({ optimizer: "adam", loss: { price: "mse", kind: "sparse_categorical_crossentropy" } });
model.summary(); // a table; model.plot() gives the graph as SVG
