/** A look into a model between two steps: what its layers give, how steep the loss is, and how far one step would move each weight. */
import { generatorState, setGeneratorState } from "../base/seed.ts";
import type { HostArray } from "../base/dtype.ts";
import type { Loss } from "../losses/index.ts";
import { observeLayers, type Layer } from "../layers/index.ts";
import { concat, gradients, isFinite, trace, type Tensor, type Variable } from "../tensor/index.ts";
import {
  labelsOf,
  mapRows,
  rowsFor,
  tensorsFor,
  valuesIn,
  type AnyModel,
  type Compiled,
  type OutputInfo,
  type RowsData,
} from "../train/index.ts";
import type { LayerProbe, Probe, WeightProbe } from "./subjects/training.ts";

/** Where the argument of an activation is ±5, beyond which its slope is below 1% of its greatest. */
const flatEnds: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0.0066928509, 0.9933071491],
  tanh: [-0.9999092043, 0.9999092043],
  hardSigmoid: [0, 1],
  hardTanh: [-1, 1],
  softsign: [-5 / 6, 5 / 6],
};

/** Probes a model on a batch. Leaves weights, optimizer and random numbers as they were. */
export async function probe(
  model: AnyModel,
  batch: { readonly x: RowsData; readonly y: RowsData },
): Promise<Omit<Probe, "step" | "epoch">> {
  const outside = generatorState();
  const state = model.getState();
  const before = model.trainableWeights.map((weight) => weight.dataSync());
  try {
    setGeneratorState({ seed: 0, counter: 0 });
    const looked = look(model, batch, model.compiled);
    setGeneratorState({ seed: 0, counter: 0 });
    await model.trainOnBatch(batch.x, batch.y);
    const moved = model.trainableWeights.map((weight, i) => distance(weight.dataSync(), before[i]));
    return { ...looked, weights: looked.weights.map((of, i) => ({ ...of, updateNorm: moved[i] })) };
  } finally {
    model.setState(state);
    model.resetMetrics();
    setGeneratorState(outside);
  }
}

/** A look at a model that a loop of somebody's own trains: each weight's way since `before`, by step. */
export function probeBetween(
  model: AnyModel,
  batch: { readonly x: RowsData; readonly y: RowsData },
  judging: Compiled,
  before: { readonly weights: readonly HostArray[]; readonly steps: number },
): Omit<Probe, "step" | "epoch"> {
  const outside = generatorState();
  try {
    setGeneratorState({ seed: 0, counter: 0 });
    const looked = look(model, batch, judging);
    const now = model.trainableWeights.map((weight) => weight.dataSync());
    const moved = now.map((values, i) => distance(values, before.weights[i]) / Math.max(1, before.steps));
    return { ...looked, weights: looked.weights.map((of, i) => ({ ...of, updateNorm: moved[i] })) };
  } finally {
    setGeneratorState(outside);
  }
}

type Looked = Omit<Probe, "step" | "epoch" | "weights"> & {
  readonly weights: readonly Omit<WeightProbe, "updateNorm">[];
};

/** Forward and backward pass of the batch as one program that gives a few numbers for each layer and weight. */
function look(
  model: AnyModel,
  { x, y }: { readonly x: RowsData; readonly y: RowsData },
  judging: Compiled,
): Looked {
  const { places: _, ...rows } = rowsFor(model, x, y);
  const values = valuesIn(rows);
  const infos = model.outputInfos!;
  const objective = judging.objective(infos, labelsOf(rows));
  const cut = cuttingLoss(judging, infos);
  const variables = model.trainableVariables;
  const seen: { readonly layer: Layer; readonly units: number; readonly output: Tensor }[] = [];
  let heads: readonly Tensor[] = [];
  const program = trace(
    (...args) => {
      let next = 0;
      const given = mapRows(rows, () => args[next++]);
      const facts: Tensor[] = [];
      const predictions = observeLayers(
        () => model.call(given.x, { training: true }),
        (layer, output) => {
          if (layer.layers.length > 0 || output.dtype !== "float32") return;
          seen.push({ layer, units: output.shape.slice(1).reduce((a, b) => a * b, 1), output });
          facts.push(factsOf(layer, output));
        },
      );
      const outputs = tensorsFor(model.outputPlaces!, predictions, {
        what: "the predictions",
        place: "output",
      });
      heads = outputs;
      const { total } = objective.loss(given.y, outputs, given.sampleWeight);
      const loss = model.penalised(total);
      const norms = gradients(loss, variables).map((gradient) => norm(gradient));
      const [labels] = given.y;
      const cutOff =
        cut === undefined || labels === undefined ? total.mul(0) : shareCut(cut.call(labels, outputs[0]));
      return [stackOf([loss, total, cutOff]), stackOf(norms), ...facts];
    },
    values.map(({ shape, dtype }) => ({ shape, dtype })),
  );
  try {
    program.run(...values.map((value) => value.dataSync()));
    const [loss, plain, cutOff] = program.output(0);
    const norms = program.output(1);
    return {
      loss,
      penalty: loss - plain,
      ...(cut === undefined ? {} : { cutOff }),
      gradientNorm: Math.hypot(...norms),
      weights: variables.map((variable, i) => weightFacts(model, variable, norms[i])),
      layers: seen.map(({ layer, units, output }, i) =>
        layerFacts(layer, units, heads.includes(output), program.output(2 + i)),
      ),
    };
  } finally {
    program.dispose();
  }
}

/** The loss of rows one by one, where it takes a logarithm of what the model gives: behind a head that it knows it takes the logits. */
function cuttingLoss(judging: Compiled, infos: readonly OutputInfo[]): Loss | undefined {
  const { loss } = judging.criteria(infos)[0];
  if (infos.length > 1 || loss === undefined || !/crossentropy/i.test(loss.record.name)) return undefined;
  // Left open, it is read from the head: a linear one is followed by the logits' own loss.
  const { head } = infos[0];
  const fromValues = loss.fromLogits === false ? head !== "softmax" && head !== "sigmoid" : head === "custom";
  if (loss.fromLogits === true || !fromValues) return undefined;
  return loss.withReduction("none");
}

/** Where −ln ε lies: 16.118 for ε = 1e-7, and 15.942 for 1 − ε as float32 has it. */
const cutOffLosses = [15.9, 16.13] as const;

const shareCut = (losses: Tensor): Tensor =>
  losses.greaterEqual(cutOffLosses[0]).logicalAnd(losses.lessEqual(cutOffLosses[1])).cast("float32").mean();

const norm = (x: Tensor): Tensor => x.cast("float32").square().sum().sqrt();
const stackOf = (scalars: readonly Tensor[]): Tensor =>
  concat(scalars.map((of) => of.cast("float32").reshape([1])));

/** Mean, mean square, lowest, highest, share of units that are always 0, share of values in flat ends, values not finite. */
function factsOf(layer: Layer, output: Tensor): Tensor {
  const byUnit = output.reshape([-1, output.shape.at(-1) ?? 1]);
  const ends = flatEnds[layer.activation?.name ?? ""];
  const flat =
    ends === undefined ? undefined : output.lessEqual(ends[0]).logicalOr(output.greaterEqual(ends[1]));
  const share = (truth: Tensor): Tensor => truth.cast("float32").mean();
  return stackOf([
    output.mean(),
    output.square().mean(),
    output.min(),
    output.max(),
    share(byUnit.abs().max(0).equal(0)),
    flat === undefined ? output.mean().mul(0) : share(flat),
    isFinite(output).logicalNot().cast("float32").sum(),
  ]);
}

function layerFacts(layer: Layer, units: number, isHead: boolean, facts: ArrayLike<number>): LayerProbe {
  const [mean, square, low, high, inactive, saturated, notFinite] = Array.from(facts);
  const activation = layer.activation?.name;
  return {
    name: layer.name,
    className: layer.className,
    ...(activation === undefined || activation === "linear" ? {} : { activation }),
    units,
    isHead,
    mean,
    deviation: Math.sqrt(Math.max(0, square - mean * mean)),
    low,
    high,
    inactive,
    saturated,
    notFinite,
  };
}

function weightFacts(
  model: AnyModel,
  weight: Variable,
  gradientNorm: number,
): Omit<WeightProbe, "updateNorm"> {
  const values = weight.dataSync();
  return {
    name: weight.name,
    layer: layerOf(model, weight)?.name ?? "",
    trainable: true,
    size: values.length,
    norm: distance(values, new Float32Array(values.length)),
    gradientNorm,
  };
}

/** The innermost layer that a weight belongs to. */
function layerOf(layer: Layer, weight: Variable): Layer | undefined {
  for (const inside of layer.layers) {
    const found = layerOf(inside, weight);
    if (found !== undefined) return found;
  }
  return layer.weights.includes(weight) ? layer : undefined;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}
