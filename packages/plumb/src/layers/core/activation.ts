import {
  activations,
  type Activation as ActivationRecord,
  type ActivationLike,
} from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";

/**
 * An activation function as a layer of its own. Output has the shape of the input.
 *
 * @example
 * new Sequential([new Dense(64), new Activation("relu")]);
 */
export class Activation extends Layer {
  static override readonly className: string = "Activation";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["activation"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { activation: "tanh" }, inputs: [1, 3] },
    { options: { activation: "softmax" }, inputs: [2, 3, 1] },
  ];
  override readonly activation: ActivationRecord;

  constructor(activation: ActivationLike, options: LayerOptions = {}) {
    super(options);
    this.activation = activations.get(activation);
  }

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
