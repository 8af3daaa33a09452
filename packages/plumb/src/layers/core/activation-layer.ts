import type { Activation } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer } from "../layer.ts";

/** What the layers that are an activation function with options have in common. Output has the shape of the input. */
export abstract class ActivationLayer extends Layer {
  static override readonly takesList: boolean = false;
  abstract override readonly activation: Activation;

  override get supportsMasking(): boolean {
    return true;
  }

  override beforeHead(x: Tensor): Tensor {
    return x;
  }

  override call(x: Tensor): Tensor {
    return this.activation.call(x);
  }
}
