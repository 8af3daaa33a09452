/** Activations: value and gradient. */
import { activations as byName, type ActivationWithOptions } from "../../../src/numerics/index.ts";
import { gradients } from "../../../src/tensor/index.ts";
import { camelKeys, tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import type { Room } from "../room.ts";

interface ActivationCase {
  readonly id?: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly x: GoldenTensor;
  readonly y: GoldenTensor;
  readonly cotangent: GoldenTensor;
  readonly grad_x: GoldenTensor;
  readonly tags?: readonly string[];
}

export const activations: Room = {
  name: "activations",
  file: "layers.json",
  tolerance: { rtol: 1e-4, atol: 1e-5 },
  cases: ({ activations: cases }: { activations: ActivationCase[] }) =>
    (cases ?? []).map((one, i) => ({
      id: one.id ?? `${one.name}/${i}`,
      tags: one.tags ?? [],
      recorded: { ...one },
      run(judge) {
        const x = tensorOf(one.x);
        const y = byName.get({ name: one.name, ...camelKeys(one.config) } as ActivationWithOptions).call(x);
        const [gradient] = gradients(y.mul(tensorOf(one.cotangent)).sum(), [x]);
        judge.close(y.dataSync(), one.y, "the value");
        judge.close(gradient.dataSync(), one.grad_x, "the gradient");
      },
    })),
};
