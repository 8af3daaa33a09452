import type { Tensor } from "../../tensor/index.ts";
import { inTurnWhereThere, Merge, type MergeInput } from "./merge.ts";

/**
 * The largest of the inputs, element by element.
 * Input: a list of tensors whose shapes broadcast; those with fewer axes get more behind the batch.
 *
 * A step that an input's mask leaves out counts as missing there. The output's mask has the steps that any of the inputs has.
 * Errors: PL4006 for inputs that do not fit each other. Keras's layer of the same name.
 *
 * @example
 * new Maximum().call([tensor([[1, 5]]), tensor([[3, 4]])]); // [[3, 5]]
 */
export class Maximum extends Merge {
  static override readonly className: string = "Maximum";

  protected override merge(inputs: readonly MergeInput[]): Tensor {
    return inTurnWhereThere(inputs, (a, b) => a.maximum(b));
  }
}
