/** Layers: outputs and their masks, gradients with respect to inputs and weights, and weights that a call changes. */
import { camelCase } from "../../../src/base/names.ts";
import { isFloat } from "../../../src/base/dtype.ts";
import { maskOf, type Inputs, type Layer } from "../../../src/layers/index.ts";
import { gradients, type Tensor } from "../../../src/tensor/index.ts";
import { isGoldenTensor, tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { layerOf } from "../../support/keras.ts";
import type { Judge, Room } from "../room.ts";

type Weight = GoldenTensor & { readonly path: string; readonly trainable: boolean };

interface LayerCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly GoldenTensor[];
  /** How inputs are handed in; one by itself unless told. */
  readonly call_style?: "list" | "args" | "sequence_then_initial_state" | null;
  readonly call_args?: Readonly<Record<string, unknown>> | null;
  readonly mask?: GoldenTensor | null;
  readonly adapt_data?: GoldenTensor | null;
  readonly training?: boolean | null;
  readonly weights: readonly Weight[];
  readonly outputs: readonly GoldenTensor[];
  readonly output_masks?: readonly (GoldenTensor | null)[] | null;
  readonly cotangents: readonly (GoldenTensor | null)[];
  readonly grad_inputs: readonly (GoldenTensor | null)[];
  readonly grad_weights: readonly (GoldenTensor | null)[];
  readonly weights_after?: readonly Weight[] | null;
  readonly tags?: readonly string[];
}

/** The arguments of a call under our names, tensors as ours. */
function callOptionsOf({ call_args: args, mask, training }: LayerCase): Record<string, unknown> {
  const given = Object.entries(args ?? {}).map(([key, value]) => [
    camelCase(key),
    isGoldenTensor(value) ? tensorOf(value) : value,
  ]);
  return {
    ...Object.fromEntries(given),
    ...(mask ? { mask: tensorOf(mask) } : {}),
    ...(typeof training === "boolean" ? { training } : {}),
  };
}

function setWeights(judge: Judge, layer: Layer, weights: readonly Weight[]): void {
  judge.equal(
    layer.weights.map(({ name }) => name),
    weights.map(({ path }) => path),
    "the names of the weights",
  );
  layer.weights.forEach((weight, i) => {
    judge.equal(weight.shape, weights[i].shape, `the shape of ${weights[i].path}`);
    weight.assign(tensorOf(weights[i]));
  });
}

function run(judge: Judge, one: LayerCase): void {
  const layer = layerOf(one.class, { ...one.config, name: "layer" });
  const tensors = one.inputs.map(tensorOf);
  const inputs: Inputs = one.call_style ? tensors : tensors[0];
  if (one.adapt_data) (layer as Layer & { adapt(data: Tensor): void }).adapt(tensorOf(one.adapt_data));
  layer.ensureBuilt(one.call_style ? tensors.map(({ shape }) => shape) : tensors[0].shape);
  if (!one.adapt_data) setWeights(judge, layer, one.weights);

  const given = layer.call(inputs, callOptionsOf(one));
  const outputs: readonly Tensor[] = Array.isArray(given) ? given : [given as Tensor];
  // Before anything is read: a read lets go of the graph behind it.
  const floats = tensors.filter(({ dtype }) => isFloat(dtype));
  const sources = [...floats, ...layer.trainableWeights];
  const targets = outputs.flatMap((output, i) => {
    const cotangent = one.cotangents[i];
    return cotangent && isFloat(output.dtype) ? [output.mul(tensorOf(cotangent)).sum()] : [];
  });
  const found =
    targets.length > 0
      ? gradients(
          targets.reduce((sum, next) => sum.add(next)),
          sources,
        )
      : [];

  judge.equal(outputs.length, one.outputs.length, "the number of outputs");
  outputs.forEach((output, i) => {
    judge.equal(output.shape, one.outputs[i].shape, `the shape of output ${i}`);
    judge.close(output.dataSync(), one.outputs[i], `output ${i}`);
    const mask = one.output_masks?.[i];
    if (mask) judge.close(maskOf(output)?.dataSync() ?? [], mask, `the mask of output ${i}`);
  });
  one.weights_after?.forEach((after, i) =>
    judge.close(layer.weights[i].dataSync(), after, `${after.path} after the call`),
  );

  const wanted = [...one.grad_inputs.filter((_, i) => isFloat(tensors[i].dtype)), ...one.grad_weights];
  found.forEach((gradient, i) => {
    const want = wanted[i];
    const what = i < floats.length ? `input ${i}` : `weight ${i - floats.length}`;
    if (want) judge.close(gradient.dataSync(), want, `the gradient of ${what}`);
  });
}

/** Divisions by small deviations make the gradients of these less exact in float32, Keras's own too. */
const isNormalization = (name: string): boolean => name.endsWith("Normalization");

export const layers: Room = {
  name: "layers",
  file: "layers.json",
  tolerance: { rtol: 1e-4, atol: 1e-5 },
  cases: ({ cases }: { cases: LayerCase[] }) =>
    (cases ?? []).map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      ...(isNormalization(one.class) ? { tolerance: { rtol: 1e-3, atol: 1e-4 } } : {}),
      run: (judge) => run(judge, one),
    })),
};
