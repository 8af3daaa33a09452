/** Whole models out of `.keras` files: built from their configuration, given their weights, and asked for predictions. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { modelOf, type KerasModel } from "../../support/keras.ts";
import { entryOf } from "../../support/zip.ts";
import { leavesOf, type Tensor } from "../../../src/tensor/index.ts";
import type { Judge, Room } from "../room.ts";

interface ModelCase {
  readonly file: string;
  readonly inputs: readonly GoldenTensor[];
  /** At inference. */
  readonly outputs: readonly GoldenTensor[];
  readonly weights: readonly GoldenTensor[];
}

async function run(
  judge: Judge,
  { file, inputs, outputs, weights }: ModelCase,
  folder: string,
): Promise<void> {
  const archive = readFileSync(join(folder, "models", file));
  const model = modelOf(JSON.parse(new TextDecoder().decode(entryOf(archive, "config.json"))) as KerasModel);
  judge.equal(
    model.weights.map(({ shape }) => shape),
    weights.map(({ shape }) => shape),
    "the shapes of the weights",
  );
  model.setWeights(weights.map(tensorOf));
  const x = inputs.map(tensorOf);
  const predicted = leavesOf(await model.predict(x.length === 1 ? x[0] : x)) as Tensor[];
  judge.equal(predicted.length, outputs.length, "the number of outputs");
  predicted.forEach((values, i) => {
    judge.equal(values.shape, outputs[i].shape, `the shape of output ${i}`);
    judge.close(values.dataSync(), outputs[i], `output ${i}`);
  });
}

/** A room for each file. */
export const models: readonly Room[] = ["mlp", "cnn_bn", "lstm_classifier", "branches_attention"].map(
  (name) => ({
    name: "models",
    file: `models/${name}.json`,
    tolerance: { rtol: 1e-5, atol: 1e-6 },
    cases: (one: ModelCase, folder) => [
      { id: name, tags: [], recorded: { file: one.file }, run: (judge: Judge) => run(judge, one, folder) },
    ],
  }),
);
