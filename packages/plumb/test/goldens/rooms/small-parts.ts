/** Regularizers (value and gradient), constraints, and initializers that draw nothing. */
import { gradients } from "../../../src/tensor/index.ts";
import { tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { constraintOf, initializerOf, regularizerOf, type Spec } from "../../support/keras.ts";
import type { Judge, Room } from "../room.ts";

interface PartCase {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly x: GoldenTensor;
  readonly shape?: readonly number[];
  readonly value: GoldenTensor;
  readonly grad?: GoldenTensor | null;
  readonly tags?: readonly string[];
}

const room = (name: string, run: (judge: Judge, one: PartCase, spec: Spec) => void): Room => ({
  name,
  file: "misc.json",
  tolerance: { rtol: 1e-5, atol: 1e-6 },
  cases: (file: Readonly<Record<string, PartCase[]>>) =>
    (file[name] ?? []).map((one, i) => ({
      id: `${one.class_name}/${i}`,
      tags: one.tags ?? [],
      recorded: { ...one },
      run: (judge) => run(judge, one, { class_name: one.class_name, config: one.config }),
    })),
});

export const regularizers: Room = room("regularizers", (judge, one, spec) => {
  const x = tensorOf(one.x);
  const value = regularizerOf(spec).call(x);
  const [gradient] = gradients(value, [x]);
  judge.close(value.dataSync(), one.value, "the penalty");
  // Keras gives no gradient where a penalty is 0 whatever the weights.
  judge.close(gradient.dataSync(), one.grad ?? Array(x.size).fill(0), "the gradient");
});

export const constraints: Room = room("constraints", (judge, one, spec) =>
  judge.close(constraintOf(spec).call(tensorOf(one.x)).dataSync(), one.value, "the value"),
);

export const initializers: Room = room("initializers", (judge, one, spec) =>
  judge.close(initializerOf(spec).call(one.shape!).dataSync(), one.value, "the values"),
);
