import type { Tensor } from "../../tensor/index.ts";
import type { LayerSample } from "../layer.ts";
import { inTurn, Merge, type MergeInput } from "./merge.ts";

/**
 * The first input minus the second, element by element.
 * Input: a list of two tensors whose shapes broadcast; the one with fewer axes gets more behind the batch.
 *
 * The output's mask has the steps that any of the inputs has; it has none where an input has none.
 * Errors: PL4006 for other than two inputs, or inputs that do not fit each other. Keras's layer of the same name.
 *
 * @example
 * new Subtract().call([tensor([[1, 5]]), tensor([[3, 4]])]); // [[-2, 1]]
 */
export class Subtract extends Merge {
  static override readonly className: string = "Subtract";
  static override readonly samples: readonly LayerSample[] = [
    {
      inputs: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      inputs: [
        [1, 4],
        [1, 3, 4],
      ],
    },
  ];

  protected override refusedCount(count: number): string | undefined {
    return count === 2 ? undefined : "two inputs: [a, b]";
  }

  protected override merge(inputs: readonly MergeInput[]): Tensor {
    return inTurn(inputs, (a, b) => a.sub(b));
  }
}
