import { real, type Parameters } from "../../base/parameters.ts";
import { sinusoids } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { PositionCallOptions } from "./rotary-embedding.ts";
import type { BatchShape } from "../shapes.ts";

/** What `SinusoidalPositionEncoding` takes. */
export interface SinusoidalPositionEncodingOptions extends LayerOptions {
  /** The longest wavelength, over 2π. Default 10,000. */
  maxWavelength?: number;
}

const parameters = { maxWavelength: real(10_000, "The longest wavelength, over 2π", { above: 0 }) };

/**
 * Positions as sines and cosines of growing wavelength, to be added to what stands there: feature 2j of step t is
 * sin(t · maxWavelength^(−2j/d)), feature 2j + 1 the cosine.
 *
 * Input `[batch, …, steps, d]`, of which only the shape is looked at; output of the same shape. Call option: `startIndex`,
 * the position of the first step. No weights. Errors: PL4004 for a wavelength that is none; PL4006 for an input without
 * steps and features. Vaswani et al., Attention Is All You Need, 2017; KerasHub's SinePositionEncoding.
 *
 * @example
 * const x = random.normal([2, 5, 8]);
 * x.add(new SinusoidalPositionEncoding().call(x));
 */
export class SinusoidalPositionEncoding extends Layer {
  static override readonly className: string = "SinusoidalPositionEncoding";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["startIndex"];
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 5, 4] },
    { options: { maxWavelength: 50 }, inputs: [1, 1, 3], call: { startIndex: 7 } as object },
  ];

  constructor(options: SinusoidalPositionEncodingOptions = {}) {
    super(options);
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return inputShape.length < 3
      ? "steps and features behind the batch: [batch, steps, features]"
      : undefined;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor, { startIndex: start = 0 }: PositionCallOptions = {}): Tensor {
    const [steps, features] = x.shape.slice(-2);
    const { maxWavelength } = this.valuesOf(parameters);
    return sinusoids(steps, features, { start, maxWavelength }).broadcastTo(x.shape);
  }
}
