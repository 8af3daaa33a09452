import { PlumbError } from "../../base/errors.ts";
import { sizeOf } from "../../base/shape.ts";
import { flag, showValue, unchecked, type Parameters } from "../../base/parameters.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { activations, type Activation, type ActivationLike } from "../../numerics/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import type { Tensor, Variable } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type WeightOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `Dense` takes besides its units. */
export interface DenseOptions extends LayerOptions {
  /** Applied to the sums. Default none. */
  activation?: ActivationLike;
  /** Add a learned constant to each output. Default true. */
  useBias?: boolean;
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerLike;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerLike;
  /** A penalty on the kernel. Default none. */
  kernelRegularizer?: RegularizerLike;
  /** A penalty on the bias. Default none. */
  biasRegularizer?: RegularizerLike;
  /** What the kernel is brought back to after every update; norms along axis 0 are those of units. Default none. */
  kernelConstraint?: ConstraintLike;
  /** What the bias is brought back to after every update. Default none. */
  biasConstraint?: ConstraintLike;
}

const parameters = {
  activation: unchecked<ActivationLike>("linear", "Applied to the sums"),
  useBias: flag(true, "Add a learned constant to each output"),
  kernelInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the kernel"),
  biasInitializer: unchecked<InitializerLike>("zeros", "First values of the bias"),
  kernelRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the kernel"),
  biasRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the bias"),
  kernelConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the kernel is brought back to"),
  biasConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the bias is brought back to"),
};

/**
 * Every output a weighted sum of all inputs: `activation(x · kernel + bias)`.
 *
 * Input `[batch, …, inputs]`, output `[batch, …, units]`; kernel `[inputs, units]`, bias `[units]`.
 * Errors: PL4004 for units that are not a whole number of at least 1; PL4006 for an input without a last axis of known,
 * or of the built, length. Keras's layer of the same name.
 *
 * @example
 * new Dense(64, { activation: "relu" });
 */
export class Dense extends Layer {
  static override readonly className: string = "Dense";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["units"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { units: 5, activation: "tanh" }, inputs: [1, 3] },
    { options: { units: 1, useBias: false }, inputs: [4, 1] },
    { options: { units: 3, activation: "softmax" }, inputs: [2, 2, 3] },
  ];
  readonly units: number;
  override readonly activation: Activation;
  readonly useBias: boolean;
  readonly #forKernel: Pick<WeightOptions, "initializer" | "regularizer" | "constraint">;
  readonly #forBias: Pick<WeightOptions, "initializer" | "regularizer" | "constraint">;
  #kernel!: Variable;
  #bias?: Variable;

  constructor(units: number, options: DenseOptions = {}) {
    super(options);
    if (!Number.isSafeInteger(units) || units < 1)
      throw new PlumbError("PL4004", {
        asked: `A Dense layer of ${showValue(units)} units was asked for`,
        why: "units is the number of outputs",
        fix: "Give a whole number of at least 1: new Dense(64), then, if there are any, an object of options",
      });
    this.units = units;
    const values = this.valuesOf(parameters);
    this.activation = activations.get(values.activation);
    this.useBias = values.useBias;
    this.#forKernel = {
      initializer: values.kernelInitializer,
      regularizer: values.kernelRegularizer,
      constraint: values.kernelConstraint,
    };
    this.#forBias = {
      initializer: values.biasInitializer,
      regularizer: values.biasRegularizer,
      constraint: values.biasConstraint,
    };
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const inputs = inputShape.at(-1);
    if (inputShape.length < 2) return "a batch axis and an axis of inputs: [batch, …, inputs]";
    if (inputs === null) return "a last axis of known length";
    const built = this.inputShape?.at(-1) as number | undefined;
    return built === undefined || built === inputs
      ? undefined
      : `a last axis of ${built}, for which it was built`;
  }

  override build(inputShape: BatchShape): void {
    const inputs = inputShape.at(-1) as number;
    const { units } = this;
    this.#kernel = this.addWeight({ name: "kernel", shape: [inputs, units], ...this.#forKernel });
    if (this.useBias) this.#bias = this.addWeight({ name: "bias", shape: [units], ...this.#forBias });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override beforeHead(x: Tensor): Tensor {
    // One product of matrices whatever the rank: [batch · …, inputs] x [inputs, units].
    const inputs = x.shape[x.rank - 1];
    const rows = x.rank === 2 ? x : x.reshape([sizeOf(x.shape.slice(0, -1)), inputs]);
    const product = rows.matmul(this.#kernel.read());
    const sums = this.#bias === undefined ? product : product.add(this.#bias.read());
    return x.rank === 2 ? sums : sums.reshape([...x.shape.slice(0, -1), this.units]);
  }

  override call(x: Tensor): Tensor {
    return this.activation.call(this.beforeHead(x));
  }
}
