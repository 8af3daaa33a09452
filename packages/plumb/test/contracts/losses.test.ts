import { describe, expect, it } from "vitest";
import { lossClasses, type Loss, type LossOptions } from "../../src/losses/index.ts";
import { gradients } from "../../src/tensor/index.ts";
import { difference, golden, numbersOf, optionsOf, tensorOf, type GoldenTensor } from "../support/goldens.ts";

interface LossCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly y_true: GoldenTensor;
  readonly y_pred: GoldenTensor;
  readonly sample_weight?: GoldenTensor;
  readonly mask?: GoldenTensor;
  readonly loss: GoldenTensor;
  readonly grad_y_pred: GoldenTensor;
  readonly tags?: readonly string[];
}

const recorded = golden<{ cases: LossCase[]; errors: LossCase[] }>("losses.json");
const classes = new Map(
  Object.values(lossClasses).map((Class) => [Class.record.name, Class as new (options?: LossOptions) => Loss]),
);

function run(one: LossCase): { loss: ArrayLike<number>; gradient: () => ArrayLike<number> } {
  const Class = classes.get(one.class)!;
  const loss = new Class({ ...optionsOf(one.config), validate: false });
  const yPred = tensorOf(one.y_pred);
  const value = loss.call(tensorOf(one.y_true), yPred, {
    sampleWeight: one.sample_weight && tensorOf(one.sample_weight),
    mask: one.mask && tensorOf(one.mask),
  });
  const [gradient] = gradients(value.sum(), [yPred]);
  return { loss: value.dataSync(), gradient: () => gradient.dataSync() };
}

describe.skipIf(recorded === undefined)("Keras's recorded losses", () => {
  const cases = recorded?.cases.filter((one) => classes.has(one.class)) ?? [];
  const without = ["grad_backend_specific", "backend_specific"];
  it.each(cases.map((one) => [one.id, one] as const))("%s", (_id, one) => {
    const { loss, gradient } = run(one);
    expect(difference(loss, numbersOf(one.loss))).toBeUndefined();
    if (one.tags?.some((tag) => without.includes(tag))) return;
    expect(difference(gradient(), numbersOf(one.grad_y_pred))).toBeUndefined();
  });

  const refused = recorded?.errors.filter((one) => classes.has(one.class)) ?? [];
  it.each(refused.map((one) => [one.id, one] as const))("refuses %s", (_id, one) => {
    expect(() => run(one)).toThrow(/^PL\d{4} /);
  });
});
