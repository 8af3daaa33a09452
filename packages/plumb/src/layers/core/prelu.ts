import { integer, listOf, optional, unchecked, type Parameters } from "../../base/parameters.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `PReLU` takes. */
export interface PReLUOptions extends LayerOptions {
  /** First values of the slopes. Default `"zeros"`. */
  alphaInitializer?: InitializerLike;
  /** A penalty on the slopes. Default none. */
  alphaRegularizer?: RegularizerLike;
  /** What the slopes are brought back to after every update. Default none. */
  alphaConstraint?: ConstraintLike;
  /** The axes (1 for the first after the batch) along which one slope serves all: `[1, 2]` for images. Default none. */
  sharedAxes?: readonly number[] | null;
}

const parameters = {
  alphaInitializer: unchecked<InitializerLike>("zeros", "First values of the slopes"),
  alphaRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the slopes"),
  alphaConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the slopes are brought back to"),
  sharedAxes: optional(listOf(integer(1, "Axes along which one slope serves all", { min: 1 }))),
};

/**
 * `x` above 0, `α x` below, where the slopes α are learned. Output has the shape of the input.
 *
 * Weight: `alpha`, one slope for each place of a row, `[…]` without the batch, with extent 1 along `sharedAxes`. At 0 the
 * gradient is 0. Errors: PL4004 for axes that are no whole numbers of at least 1; PL4006 for an input that lacks one of
 * them, or has an extent that is not known where slopes differ. He et al., Delving Deep into Rectifiers, 2015.
 *
 * @example
 * new Sequential([new Dense(64), new PReLU()]);
 */
export class PReLU extends Layer {
  static override readonly className: string = "PReLU";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [2, 3] },
    { inputs: [1, 1] },
    { options: { sharedAxes: [1, 2] }, inputs: [2, 3, 2, 3] },
  ];
  #alpha!: Variable;

  constructor(options: PReLUOptions = {}) {
    super(options);
  }

  /** The extents of the slopes; null where one is not known. */
  #alphaShape(inputShape: BatchShape): BatchShape {
    const shared = this.valuesOf(parameters).sharedAxes ?? [];
    return inputShape.slice(1).map((extent, i) => (shared.includes(i + 1) ? 1 : extent));
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const last = Math.max(1, ...(this.valuesOf(parameters).sharedAxes ?? []));
    if (inputShape.length <= last) return `a batch axis and at least ${last} more`;
    const alpha = this.#alphaShape(inputShape);
    if (alpha.includes(null))
      return "known extents wherever slopes differ; name the other axes in sharedAxes";
    const built = this.inputShape === undefined ? alpha : this.#alphaShape(this.inputShape as BatchShape);
    return String(built) === String(alpha)
      ? undefined
      : `slopes of shape [${built.join(", ")}], for which it was built`;
  }

  override build(inputShape: BatchShape): void {
    const { alphaInitializer, alphaRegularizer, alphaConstraint } = this.valuesOf(parameters);
    this.#alpha = this.addWeight({
      name: "alpha",
      shape: this.#alphaShape(inputShape) as number[],
      initializer: alphaInitializer,
      regularizer: alphaRegularizer,
      constraint: alphaConstraint,
    });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return x.relu().sub(x.neg().relu().mul(this.#alpha.read()));
  }
}
