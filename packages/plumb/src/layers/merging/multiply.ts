import { where, type Tensor } from "../../tensor/index.ts";
import { eitherOf, Merge, type MergeInput } from "./merge.ts";

/**
 * The product of the inputs, element by element.
 * Input: a list of tensors whose shapes broadcast; those with fewer axes get more behind the batch.
 *
 * A step that an input's mask leaves out counts as 1 there, and as 0 where no input has it. The output's mask has the steps
 * that any of the inputs has.
 * Errors: PL4006 for inputs that do not fit each other. Keras's layer of the same name.
 *
 * @example
 * new Multiply().call([tensor([[1, 5]]), tensor([[3, 4]])]); // [[3, 20]]
 */
export class Multiply extends Merge {
  static override readonly className: string = "Multiply";

  protected override merge(inputs: readonly MergeInput[]): Tensor {
    const product = inputs
      .map(({ x, mask }) => (mask === undefined ? x : where(mask, x, 1)))
      .reduce((a, b) => a.mul(b));
    const masks = inputs.flatMap(({ mask }) => mask ?? []);
    return masks.length < inputs.length ? product : where(eitherOf(masks), product, 0);
  }
}
