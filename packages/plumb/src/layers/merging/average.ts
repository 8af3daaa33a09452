import type { Tensor } from "../../tensor/index.ts";
import { inTurn, Merge, type MergeInput } from "./merge.ts";

/**
 * The mean of the inputs, element by element.
 * Input: a list of tensors whose shapes broadcast; those with fewer axes get more behind the batch.
 *
 * The output's mask has the steps that any of the inputs has; it has none where an input has none.
 * Errors: PL4006 for inputs that do not fit each other. Keras's layer of the same name.
 *
 * @example
 * new Average().call([tensor([[1, 5]]), tensor([[3, 4]])]); // [[2, 4.5]]
 */
export class Average extends Merge {
  static override readonly className: string = "Average";

  protected override merge(inputs: readonly MergeInput[]): Tensor {
    return inTurn(inputs, (a, b) => a.add(b)).div(inputs.length);
  }
}
