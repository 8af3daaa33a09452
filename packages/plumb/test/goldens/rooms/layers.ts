/** Layers: output, and gradients with respect to inputs and weights. */
import { gradients } from "../../../src/tensor/index.ts";
import { tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { layerOf } from "../../support/keras.ts";
import { Waiting, type Room } from "../room.ts";

interface LayerCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: readonly GoldenTensor[];
  readonly call_style?: string;
  readonly call_args?: unknown;
  readonly mask?: unknown;
  readonly adapt_data?: unknown;
  readonly training?: boolean;
  readonly weights: readonly (GoldenTensor & { readonly tensor?: GoldenTensor; readonly path: string })[];
  readonly outputs: readonly GoldenTensor[];
  readonly cotangents: readonly GoldenTensor[];
  readonly grad_inputs: readonly (GoldenTensor | null)[];
  readonly grad_weights: readonly (GoldenTensor | null)[];
  readonly weights_after?: unknown;
  readonly tags?: readonly string[];
}

/** How a layer may be called that layers here do not know yet. */
const calls = ["call_style", "call_args", "mask", "adapt_data"] as const;

export const layers: Room = {
  name: "layers",
  file: "layers.json",
  tolerance: { rtol: 1e-4, atol: 1e-5 },
  cases: ({ cases }: { cases: LayerCase[] }) =>
    (cases ?? []).map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      run(judge) {
        const layer = layerOf(one.class, { ...one.config, name: "layer" });
        const missing = calls.find((way) => one[way] !== undefined && one[way] !== null);
        if (missing !== undefined) throw new Waiting(`layers called with ${missing}`);
        const x = tensorOf(one.inputs[0]);
        layer.ensureBuilt(x.shape);
        judge.equal(
          layer.weights.map(({ name }) => name),
          one.weights.map(({ path }) => path),
          "the names of the weights",
        );
        layer.weights.forEach((weight, i) =>
          weight.assign(tensorOf(one.weights[i].tensor ?? one.weights[i])),
        );
        const y = layer.call(x, { training: one.training });
        const sources = [x, ...layer.trainableWeights];
        const found = gradients(y.mul(tensorOf(one.cotangents[0])).sum(), sources);
        judge.equal(y.shape, one.outputs[0].shape, "the shape of the output");
        judge.close(y.dataSync(), one.outputs[0], "the output");
        [one.grad_inputs[0], ...one.grad_weights].forEach((want, i) => {
          if (want)
            judge.close(found[i].dataSync(), want, `the gradient of ${i ? `weight ${i - 1}` : "the input"}`);
        });
      },
    })),
};
