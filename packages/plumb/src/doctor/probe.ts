/** A look into a model between two steps: what its layers give, how steep the loss is, and how far a step moves each weight. */
import type { HostArray } from "../base/dtype.ts";
import type { Loss } from "../losses/index.ts";
import { addedLosses, collectLosses, observeLayers, type Layer } from "../layers/index.ts";
import { engineTurn, gradients, initialise, trace } from "../tensor/index.ts";
import type { Tensor, Variable } from "../tensor/index.ts";
import { labelsOf, mapRows, rowsFor, tensorsFor, valuesIn } from "../train/index.ts";
import type { AnyModel, Compiled, OutputInfo, Rows, RowsTaken } from "../train/index.ts";
import type { LayerProbe, Look, Probe } from "./subjects/training.ts";

/** Where the argument of an activation is ±5, beyond which its slope is below 1% of its greatest. */
const flatEnds: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0.0066928509, 0.9933071491],
  tanh: [-0.9999092043, 0.9999092043],
  hardSigmoid: [0, 1],
  hardTanh: [-1, 1],
  softsign: [-5 / 6, 5 / 6],
};

/** Looks at a model again and again, on batches of one shape: one program, made once. To be used in the engine's turn. */
export interface Looking {
  /** Looks at batch `k`. `weights` are the values of the trainable weights, for who has them. Leaves everything as it was. */
  look(k: number, weights?: readonly HostArray[]): Look;
  dispose(): void;
}

/**
 * Makes the program of looks: forward and backward pass, of which each layer's values and each weight's gradient are read.
 * They are summed up here, since kernels for it would take longer to make than they save in the few looks of a training.
 */
export function lookAt(model: AnyModel, judging: Compiled, batches: readonly Rows<Tensor>[]): Looking {
  const [rows] = batches;
  const infos = model.outputInfos!;
  const objective = judging.objective(infos, labelsOf(rows));
  const cut = cuttingLoss(judging, infos);
  const variables = model.trainableVariables;
  const seen: { readonly layer: Layer; readonly output: Tensor }[] = [];
  let heads: readonly Tensor[] = [];
  const step = (args: readonly Tensor[]): readonly Tensor[] => {
    let next = 0;
    const given = mapRows(rows, () => args[next++]);
    const predictions = observeLayers(
      () => model.call(given.x, { training: true }),
      (layer, output) => {
        if (layer.layers.length === 0 && output.dtype === "float32") seen.push({ layer, output });
      },
    );
    heads = tensorsFor(model.outputPlaces!, predictions, { what: "the predictions", place: "output" });
    const { total } = objective.loss(given.y, heads, given.sampleWeight);
    const loss = model.penalised(total);
    const added = addedLosses().reduce((sum, one) => sum.add(one), total);
    const [labels] = given.y;
    const cutOff = cut === undefined || labels === undefined ? total : shareCut(cut.call(labels, heads[0]));
    return [loss, total, added, cutOff, ...gradients(loss, variables), ...seen.map(({ output }) => output)];
  };
  const program = trace(
    // Inside a collection, as a step of fit: what layers add to the loss while they run belongs to it.
    (...args) => collectLosses(() => step(args)).value,
    valuesIn(rows).map(({ shape, dtype }) => ({ shape, dtype })),
  );
  const trial = program.trial();
  const arrays = batches.map((of) => valuesIn(of).map((value) => value.dataSync()));
  const owners = variables.map((variable) => layerOf(model, variable)?.name ?? "");
  return {
    look(k, weights = valuesOf(variables)) {
      trial.reset();
      trial.run(...arrays[k]);
      const [loss, plain, added, cutOff] = [0, 1, 2, 3].map((of) => trial.output(of)[0]);
      const norms = variables.map((_, i) => distance(trial.output(4 + i)));
      return {
        loss,
        penalty: loss - plain,
        addedByLayers: added - plain,
        ...(cut === undefined ? {} : { cutOff }),
        gradientNorm: Math.hypot(...norms),
        weights: variables.map(({ name, size }, i) => ({
          name,
          layer: owners[i],
          trainable: true,
          size,
          norm: distance(weights[i]),
          gradientNorm: norms[i],
        })),
        layers: seen.map(({ layer, output }, i) =>
          factsOf(layer, output, heads.includes(output), trial.output(4 + variables.length + i)),
        ),
      };
    },
    dispose() {
      trial.dispose();
      program.dispose();
    },
  };
}

/** One look at a compiled model. */
export const lookOnce = (model: AnyModel, { x, y }: Pick<RowsTaken, "x" | "y">): Promise<Look> =>
  engineTurn(() => {
    const looking = lookAt(model, model.compiled, [rowsFor(model, x, y)]);
    try {
      return looking.look(0);
    } finally {
      looking.dispose();
    }
  });

/** A look with what each weight was moved by; `moved` has its values after, or before. */
export const withUpdates = (
  look: Look,
  weights: readonly HostArray[],
  moved: readonly ArrayLike<number>[] | undefined,
  steps = 1,
): Omit<Probe, "step" | "epoch"> => ({
  ...look,
  weights: look.weights.map((of, i) => ({
    ...of,
    updateNorm: moved === undefined ? NaN : distance(weights[i], moved[i]) / steps,
  })),
});

/** The values that variables have now. */
export function valuesOf(variables: readonly Variable[]): readonly HostArray[] {
  initialise(variables.map(({ storage }) => storage));
  return variables.map(({ storage }) => storage.read());
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

/** What the values that a layer gave for a batch show. */
function factsOf(layer: Layer, { shape }: Tensor, isHead: boolean, values: ArrayLike<number>): LayerProbe {
  const activation = layer.activation?.name;
  const [flatLow, flatHigh] = flatEnds[activation ?? ""] ?? [-Infinity, Infinity];
  const width = shape.at(-1) ?? 1;
  const active = new Uint8Array(width);
  let [sum, squares, low, high, flat, notFinite] = [0, 0, Infinity, -Infinity, 0, 0];
  for (let at = 0, unit = 0; at < values.length; at++, unit = unit === width - 1 ? 0 : unit + 1) {
    const value = values[at];
    sum += value;
    squares += value * value;
    if (value < low) low = value;
    if (value > high) high = value;
    if (value !== 0) active[unit] = 1;
    if (value <= flatLow || value >= flatHigh) flat++;
    if (!Number.isFinite(value)) notFinite++;
  }
  const mean = sum / values.length;
  return {
    name: layer.name,
    className: layer.className,
    ...(activation === undefined || activation === "linear" ? {} : { activation }),
    units: shape.slice(1).reduce((a, b) => a * b, 1),
    isHead,
    mean,
    deviation: Math.sqrt(Math.max(0, squares / values.length - mean * mean)),
    low,
    high,
    inactive: active.reduce((count, of) => count - of, width) / width,
    silent: active.map((of) => 1 - of),
    saturated: activation !== undefined && activation in flatEnds ? flat / values.length : 0,
    notFinite,
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

/** √Σ (a − b)², or √Σ a². */
function distance(a: ArrayLike<number>, b?: ArrayLike<number>): number {
  let squares = 0;
  if (b === undefined) for (let i = 0; i < a.length; i++) squares += a[i] * a[i];
  else for (let i = 0; i < a.length; i++) squares += (a[i] - b[i]) ** 2;
  return Math.sqrt(squares);
}
