// Which letter comes next? A recurrent network that learns names, and then invents some.
//
//     node examples/names-gru.mjs [names.txt]

import { Adam, Dense, Embedding, GRU, Input, seed, Sequential } from "plumb-ml";
import { frequencyBaseline, inventNames, origin, prepare, readNames } from "./support/names.mjs";
import { dataFile, isProgram } from "./support/program.mjs";

/**
 * Letters `[names, steps]` in, scores of the letter to come out: `[names, steps, letters]`. What stands behind the end of
 * a name is 0, and masked from here to the loss.
 * @param {{ letters: number, steps: number, units?: number }} sizes
 */
export function nameReader({ letters, steps, units = 128 }) {
  const model = new Sequential([
    Input({ shape: [steps], dtype: "int32" }),
    new Embedding(letters, 24, { maskZero: true }),
    new GRU(units, { returnSequences: true }),
    new Dense(letters),
  ]);
  model.compile({
    optimizer: new Adam({ learningRate: 3e-3 }),
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
    `\nThe network needs ${Math.log(perplexity).toFixed(3)} nats for a letter of a name that it never saw.`,
  );
  console.log(`It would call a child ${(await inventNames(model, { alphabet, steps })).join(", ")}.`);
}
