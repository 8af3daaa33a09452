import { real, type Parameters } from "../../base/parameters.ts";
import { L1L2 } from "../../regularizers/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";

/** What `ActivityRegularization` takes. */
export interface ActivityRegularizationOptions extends LayerOptions {
  /** Factor of the sum of absolute values. Default 0. */
  l1?: number;
  /** Factor of the sum of squares. Default 0. */
  l2?: number;
}

const parameters = {
  l1: real(0, "Factor of the sum of absolute values", { min: 0 }),
  l2: real(0, "Factor of the sum of squares", { min: 0 }),
};

/**
 * Gives what it is given, and adds `(l1 · Σ|x| + l2 · Σx²) / batch` to the loss. Output has the shape of the input.
 *
 * Errors: PL4004 for a factor that is negative. Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(64, { activation: "relu" }), new ActivityRegularization({ l1: 1e-4 }), new Dense(1)]);
 */
export class ActivityRegularization extends Layer {
  static override readonly className: string = "ActivityRegularization";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { l1: 0.1, l2: 0.2 }, inputs: [2, 3] },
    { inputs: [1, 1] },
  ];

  readonly #penalty: L1L2;

  constructor(options: ActivityRegularizationOptions = {}) {
    super(options);
    const { l1, l2 } = this.valuesOf(parameters);
    this.#penalty = new L1L2({ l1, l2 });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    if (x.size > 0) this.addLoss(this.#penalty.call(x).div(x.shape[0]));
    return x;
  }
}
