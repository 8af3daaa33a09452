/** What the normalizations have in common that learn a scale and an offset. */
import { flag, real, unchecked } from "../../base/parameters.ts";
import type { Shape } from "../../base/shape.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import { Layer, type LayerOptions } from "../layer.ts";

/** The options of scale and offset. */
export interface AffineNormalizationOptions extends LayerOptions {
  /** Added to the variance, so that rows without any are not divided by 0. Default 0.001. */
  epsilon?: number;
  /** Learn an offset, `beta`. Default true. */
  center?: boolean;
  /** Learn a scale, `gamma`. Default true. */
  scale?: boolean;
  /** First values of the offset. Default `"zeros"`. */
  betaInitializer?: InitializerLike;
  /** First values of the scale. Default `"ones"`. */
  gammaInitializer?: InitializerLike;
  /** A penalty on the offset. Default none. */
  betaRegularizer?: RegularizerLike;
  /** A penalty on the scale. Default none. */
  gammaRegularizer?: RegularizerLike;
  /** What the offset is brought back to after every update. Default none. */
  betaConstraint?: ConstraintLike;
  /** What the scale is brought back to after every update. Default none. */
  gammaConstraint?: ConstraintLike;
}

/** Declared once for all of them; each class lists them among its own. */
export const affineParameters = {
  epsilon: real(0.001, "Added to the variance", { min: 0 }),
  center: flag(true, "Learn an offset"),
  scale: flag(true, "Learn a scale"),
  betaInitializer: unchecked<InitializerLike>("zeros", "First values of the offset"),
  gammaInitializer: unchecked<InitializerLike>("ones", "First values of the scale"),
  betaRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the offset"),
  gammaRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the scale"),
  betaConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the offset is brought back to"),
  gammaConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the scale is brought back to"),
};

/** A normalization with a learned scale and offset. */
export abstract class AffineNormalization extends Layer {
  static override readonly takesList: boolean = false;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  #gamma?: Variable;
  #beta?: Variable;

  constructor(options: AffineNormalizationOptions = {}) {
    super(options);
    const { epsilon, center, scale } = this.valuesOf(affineParameters);
    this.epsilon = epsilon;
    this.center = center;
    this.scale = scale;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** Makes `gamma` and `beta`, as far as they are wanted. Called from `build`. */
  protected addAffine(shape: Shape): void {
    const values = this.valuesOf(affineParameters);
    if (this.scale)
      this.#gamma = this.addWeight({
        name: "gamma",
        shape,
        initializer: values.gammaInitializer,
        regularizer: values.gammaRegularizer,
        constraint: values.gammaConstraint,
      });
    if (this.center)
      this.#beta = this.addWeight({
        name: "beta",
        shape,
        initializer: values.betaInitializer,
        regularizer: values.betaRegularizer,
        constraint: values.betaConstraint,
      });
  }

  /**
   * `gamma · (values · factor + shift) + beta`, where gamma and beta are brought to `shape`, which broadcasts to that of the
   * values; without `shift` that is 0.
   */
  protected affine(values: Tensor, factor: Tensor, shape: Shape, shift?: Tensor): Tensor {
    const gamma = this.#gamma?.read().reshape(shape);
    const beta = this.#beta?.read().reshape(shape);
    // Factors and offsets meet each other first: in batch normalization there are far fewer of them than of values.
    const scaled = values.mul(gamma === undefined ? factor : factor.mul(gamma));
    const moved = shift === undefined || gamma === undefined ? shift : shift.mul(gamma);
    const offset = moved === undefined || beta === undefined ? (moved ?? beta) : moved.add(beta);
    return offset === undefined ? scaled : scaled.add(offset);
  }
}
