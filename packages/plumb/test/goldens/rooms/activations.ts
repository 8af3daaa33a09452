/** Activations: value and gradient. */
import { activationRecords, activations as byName } from "../../../src/numerics/index.ts";
import { spellings } from "../../../src/base/names.ts";
import { gradients } from "../../../src/tensor/index.ts";
import { tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { Waiting, type Room } from "../room.ts";

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

const known = new Set(
  Object.entries(activationRecords).flatMap(([name, record]) =>
    spellings(name, (record as { aliases?: readonly string[] }).aliases),
  ),
);

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
        if (!known.has(one.name)) throw new Waiting(`the activation ${one.name}`);
        if (Object.keys(one.config).length > 0)
          throw new Waiting(`${Object.keys(one.config).join(", ")} of the activation ${one.name}`);
        const x = tensorOf(one.x);
        const y = byName.get(one.name as never).call(x);
        const [gradient] = gradients(y.mul(tensorOf(one.cotangent)).sum(), [x]);
        judge.close(y.dataSync(), one.y, "the value");
        judge.close(gradient.dataSync(), one.grad_x, "the gradient");
      },
    })),
};
