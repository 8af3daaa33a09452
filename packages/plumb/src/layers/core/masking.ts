import { real, type Parameters } from "../../base/parameters.ts";
import { where, type Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `Masking` takes. */
export interface MaskingOptions extends LayerOptions {
  /** The value that fills steps which are not there. Default 0. */
  maskValue?: number;
}

const parameters = { maskValue: real(0, "The value that fills steps which are not there") };

/**
 * Marks the steps that are padding, those whose features all equal `maskValue`, so that the layers after it, the loss and
 * the metrics leave them out. Input and output `[batch, steps, …, features]`; the steps left out are 0 in the output, and
 * its mask is `[batch, steps, …]`.
 *
 * Errors: PL4006 for an input without features behind its steps. Keras's layer of the same name.
 *
 * @example
 * const y = new Masking().call(tensor([[[1, 2], [0, 0]]]));
 * maskOf(y); // [[true, false]]
 */
export class Masking extends Layer {
  static override readonly className: string = "Masking";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3, 2] },
    { options: { maskValue: -1 }, inputs: [1, 1, 1] },
  ];
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super(options);
    this.maskValue = this.valuesOf(parameters).maskValue;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length >= 2 ? undefined : "features behind the steps: [batch, steps, …, features]";
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(x: Tensor): Tensor {
    return x.notEqual(this.maskValue).any(-1);
  }

  override call(x: Tensor): Tensor {
    return where(this.computeMask(x).expandDims(-1), x, 0);
  }
}
