/** Losses: value, and gradient with respect to the predictions. */
import { gradients } from "../../../src/tensor/index.ts";
import { tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { lossOf } from "../../support/keras.ts";
import type { GoldenCase, Room } from "../room.ts";

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

/** Without value checks the loss gives Keras's number for anything; what Keras refuses is given to it as users do. */
function call(one: LossCase, validate: boolean) {
  const loss = lossOf({ class_name: one.class, config: one.config }, { validate });
  const yPred = tensorOf(one.y_pred);
  const value = loss.call(tensorOf(one.y_true), yPred, {
    sampleWeight: one.sample_weight && tensorOf(one.sample_weight),
    mask: one.mask && tensorOf(one.mask),
  });
  return { value, yPred };
}

export const losses: Room = {
  name: "losses",
  file: "losses.json",
  tolerance: { rtol: 1e-5, atol: 1e-6 },
  cases: ({ cases, errors }: { cases: LossCase[]; errors: LossCase[] }): GoldenCase[] => [
    ...cases.map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      run(judge: Parameters<GoldenCase["run"]>[0]) {
        const { value, yPred } = call(one, false);
        const [gradient] = gradients(value.sum(), [yPred]);
        judge.equal(value.shape, one.loss.shape, "the shape of the loss");
        judge.close(value.dataSync(), one.loss, "the loss");
        judge.close(gradient.dataSync(), one.grad_y_pred, "the gradient");
      },
    })),
    ...(errors ?? []).map((one) => ({
      id: `refused/${one.id}`,
      tags: one.tags ?? [],
      recorded: { ...one },
      run: (judge: Parameters<GoldenCase["run"]>[0]) =>
        judge.refuses(() => call(one, true).value.dataSync(), one.id),
    })),
  ],
};
