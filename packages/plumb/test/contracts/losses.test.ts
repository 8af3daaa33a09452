import { describe, expect, it } from "vitest";
import type { HostArray } from "../../src/base/dtype.ts";
import { lossClasses, type Loss, type LossOptions } from "../../src/losses/index.ts";
import { gradients } from "../../src/tensor/index.ts";
import {
  camelKeys,
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../support/goldens.ts";

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

const { cases: recorded = [], errors = [] } = readGoldens<{ cases: LossCase[]; errors: LossCase[] }>(
  "losses.json",
);
const classes = new Map(
  Object.values(lossClasses).map((Class) => [
    Class.record.name,
    Class as new (options?: LossOptions) => Loss,
  ]),
);

function run(one: LossCase): { loss: HostArray; gradient: () => HostArray } {
  const Class = classes.get(one.class)!;
  const loss = new Class({ ...camelKeys(one.config), validate: false });
  const yPred = tensorOf(one.y_pred);
  const value = loss.call(tensorOf(one.y_true), yPred, {
    sampleWeight: one.sample_weight && tensorOf(one.sample_weight),
    mask: one.mask && tensorOf(one.mask),
  });
  const [gradient] = gradients(value.sum(), [yPred]);
  return { loss: value.dataSync(), gradient: () => gradient.dataSync() };
}

describe.skipIf(goldensMissing)(
  `Keras's recorded losses${goldensMissing === undefined ? "" : `: ${goldensMissing}`}`,
  () => {
    const [rtol, atol] = [1e-5, 1e-6];
    const cases = recorded.filter((one) => classes.has(one.class));
    it.each(cases.map((one) => [one.id, one] as const))("%s", (_id, one) => {
      const { loss, gradient } = run(one);
      expect(worstShare(loss, numbersOf(one.loss), rtol, atol), "the loss").toBeLessThanOrEqual(1);
      // Where Keras's own backends give different gradients, there is none to hold ours against.
      if (one.tags?.some((tag) => tag === "grad_backend_specific" || tag === "backend_specific")) return;
      expect(
        worstShare(gradient(), numbersOf(one.grad_y_pred), rtol, atol),
        "the gradient",
      ).toBeLessThanOrEqual(1);
    });

    const refused = errors.filter((one) => classes.has(one.class));
    it.each(refused.map((one) => [one.id, one] as const))("refuses %s", (_id, one) => {
      expect(() => run(one)).toThrow(/^PL\d{4} /);
    });
  },
);
