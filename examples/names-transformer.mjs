// Which letter comes next? A small transformer, drawn as a functional model, that learns names and then invents some.
//
//     node examples/names-transformer.mjs [names.txt]

import {
  Adam,
  Add,
  Dense,
  Embedding,
  input,
  LayerNormalization,
  Model,
  MultiHeadAttention,
  PositionEmbedding,
  seed,
} from "plumb-ml";
import { frequencyBaseline, inventNames, origin, prepare, readNames } from "./support/names.mjs";
import { dataFile, isProgram } from "./support/program.mjs";

/** @typedef {import("plumb-ml").Tensor} Tensor */

/**
 * Letters `[names, steps]` in, scores of the letter to come out: `[names, steps, letters]`. Each block lets a step look at
 * itself and at what came before, then think by itself; both are added to what the step knew (Vaswani et al., 2017, with
 * the normalization in front, as in GPT-2).
 * @param {{ letters: number, steps: number, width?: number, heads?: number, blocks?: number }} sizes
 */
export function nameReader({ letters, steps, width = 64, heads = 4, blocks = 2 }) {
  /** @param {Tensor} x */
  const attended = (x) => {
    const normed = new LayerNormalization().call(x);
    const attention = new MultiHeadAttention(heads, width / heads);
    return attention.call([normed, normed], { useCausalMask: true });
  };
  /** @param {Tensor} x */
  const thought = (x) => {
    const normed = new LayerNormalization().call(x);
    return new Dense(width).call(new Dense(4 * width, { activation: "gelu" }).call(normed));
  };

  const inputs = input({ shape: [steps], dtype: "int32" });
  const embedded = new Embedding(letters, width, { maskZero: true }).call(inputs);
  let x = new Add().call([embedded, new PositionEmbedding(steps).call(embedded)]);
  for (let block = 0; block < blocks; block++) {
    x = new Add().call([x, attended(x)]);
    x = new Add().call([x, thought(x)]);
  }
  const outputs = new Dense(letters).call(new LayerNormalization().call(x));

  const model = new Model({ inputs, outputs });
  model.compile({
    optimizer: new Adam({ learningRate: 2e-3 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["perplexity"],
  });
  return model;
}

if (isProgram(import.meta)) {
  seed(1);
  const names = prepare(readNames(dataFile("text/names.txt", origin)));
  const { alphabet, train, test } = names;
  const [count, steps] = train.x.shape;
  console.log(`${count} names, the longest of ${steps - 1} letters; ${test.x.shape[0]} are held out.`);
  console.log(
    `Who knows how frequent letters are needs ${frequencyBaseline(names).toFixed(2)} nats for each.\n`,
  );

  const model = nameReader({ letters: alphabet.length, steps });
  const validationData = /** @type {const} */ ([test.x, test.y]);
  await model.fit(train.x, train.y, { epochs: 4, batchSize: 64, validationData, verbose: 2 });

  const { perplexity } = await model.evaluate(test.x, test.y, { batchSize: 64 });
  console.log(
    `\nThe transformer needs ${Math.log(perplexity).toFixed(3)} nats for a letter of a name that it never saw.`,
  );
  console.log(`It would call a child ${(await inventNames(model, { alphabet, steps })).join(", ")}.`);
}
