import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerSample } from "../layer.ts";

/**
 * Gives what it is given. For a branch of a functional model that leaves its input as it is, or a place to be filled later.
 * Exported as `IdentityLayer`: `Identity` is the initializer.
 *
 * @example
 * new IdentityLayer().call(tensor([[1, 2]])); // [[1, 2]]
 */
export class Identity extends Layer {
  static override readonly className: string = "Identity";
  static override readonly takesList: boolean = false;
  static override readonly samples: readonly LayerSample[] = [{ inputs: [2, 3] }, { inputs: [1, 3, 1] }];

  override get supportsMasking(): boolean {
    return true;
  }

  override get movesValues(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return x;
  }
}
