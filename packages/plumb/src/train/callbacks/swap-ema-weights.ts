import { flag, resolve, type GivenOf } from "../../base/parameters.ts";
import { Callback, type CallbackRecord } from "./callback.ts";

const parameters = {
  swapOnEpoch: flag(
    false,
    "Exchange at the end of each epoch until the next begins, for callbacks that save",
  ),
};

/**
 * Validates with the running means of the weights in place of the weights, where the optimizer keeps them (`useEma`).
 *
 * Weights and means are exchanged before each validation and back after it; with `swapOnEpoch` also from the end of each
 * epoch to the beginning of the next, so that a checkpoint taken there has the means (list this callback before it). At
 * the end of training the means stay, as `useEma` has it.
 *
 * Errors: PL4004 when the optimizer keeps no running means.
 *
 * @example
 * model.compile({ optimizer: new Adam({ useEma: true }), loss: "sparseCategoricalCrossentropy" });
 * await model.fit(x, y, { validationSplit: 0.2, callbacks: [new SwapEMAWeights()] });
 */
export class SwapEMAWeights extends Callback {
  static readonly record: CallbackRecord = {
    name: "SwapEMAWeights",
    doc: "validates with the running means of the weights",
    parameters,
  };
  readonly #onEpoch: boolean;
  #swapped = false;

  constructor(options: GivenOf<typeof parameters> = {}) {
    super();
    this.#onEpoch = resolve("PL4004", "SwapEMAWeights", parameters, options).swapOnEpoch;
  }

  override onTrainBegin(): void {
    this.#swapped = false;
    // Twice is never: an optimizer that keeps no means says so here rather than in the middle.
    this.#swap();
    this.#swap();
  }

  override onTestBegin(): void {
    this.#swap();
  }

  override onTestEnd(): void {
    this.#swap();
  }

  override onEpochEnd(): void {
    if (this.#onEpoch) this.#swap();
  }

  override onEpochBegin(): void {
    if (this.#swapped) this.#swap();
  }

  override onEpochsEnd(): void {
    if (this.#swapped) this.#swap();
  }

  #swap(): void {
    const model = this.model!;
    model.compiled.optimizer.build(model.trainableVariables);
    model.compiled.optimizer.swapAverages(model.trainableVariables);
    this.#swapped = !this.#swapped;
  }
}
