import { PlumbError } from "../../base/errors.ts";
import { flag, integer, required, resolve, unchecked, type Parameters } from "../../base/parameters.ts";
import type { HostArray } from "../../base/dtype.ts";
import { stridesOf, type Shape } from "../../base/shape.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import { checked, type Tensor, type Variable } from "../../tensor/index.ts";
import {
  Layer,
  type CallOptions,
  type LayerOptions,
  type LayerSample,
  type Masks,
  type WeightOptions,
} from "../layer.ts";

/** What `Embedding` takes besides its dimensions. */
export interface EmbeddingOptions extends LayerOptions {
  /** Default `"randomUniform"`, between −0.05 and 0.05. */
  embeddingsInitializer?: InitializerLike;
  /** A penalty on the embeddings. Default none. */
  embeddingsRegularizer?: RegularizerLike;
  /** What the embeddings are brought back to after every update. Default none. */
  embeddingsConstraint?: ConstraintLike;
  /** Index 0 marks padding: the output has a mask that leaves it out. Default false. */
  maskZero?: boolean;
}

const placed = {
  inputDim: required(integer(1, "The number of different indices", { min: 1 })),
  outputDim: required(integer(1, "The length of each vector", { min: 1 })),
};

const parameters = {
  embeddingsInitializer: unchecked<InitializerLike>("randomUniform", "First values of the embeddings"),
  embeddingsRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the embeddings"),
  embeddingsConstraint: unchecked<ConstraintLike | undefined>(
    undefined,
    "What the embeddings are brought back to",
  ),
  maskZero: flag(false, "Index 0 marks padding"),
};

/**
 * A learned vector for each index: output `embeddings[x]`, of shape `[batch, …, outputDim]` for an input `[batch, …]` of
 * whole numbers from 0 to `inputDim − 1`.
 *
 * Weight: `embeddings`, `[inputDim, outputDim]`. Its gradient adds up the rows of equal indices, always in the same order.
 * With `maskZero` the output has the mask `x ≠ 0`, and `inputDim` counts the 0 too.
 * Errors: PL4004 for dimensions that are no whole numbers of at least 1; PL4019 for the first index that is below 0, at
 * least `inputDim`, or no whole number. That check runs inside the step, which then changes nothing.
 * Keras's layer of the same name, which reads such an index from wherever it points.
 *
 * @example
 * new Sequential([Input({ shape: [12] }), new Embedding(1000, 16, { maskZero: true }), new Flatten(), new Dense(1)]);
 */
export class Embedding extends Layer {
  static override readonly className: string = "Embedding";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["inputDim", "outputDim"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { inputDim: 5, outputDim: 3 }, inputs: [2, 4], integersBelow: 5 },
    { options: { inputDim: 5, outputDim: 2, maskZero: true }, inputs: [2, 3, 2], integersBelow: 5 },
    { options: { inputDim: 1, outputDim: 1 }, inputs: [1, 1], integersBelow: 1 },
    { options: { inputDim: 7, outputDim: 4 }, inputs: [3], integersBelow: 7 },
  ];
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  #embeddings!: Variable;

  constructor(inputDim: number, outputDim: number, options: EmbeddingOptions = {}) {
    super(options);
    const dims = resolve("PL4004", "Embedding", placed, { inputDim, outputDim });
    this.inputDim = dims.inputDim;
    this.outputDim = dims.outputDim;
    this.maskZero = this.valuesOf(parameters).maskZero;
  }

  override build(): void {
    this.#embeddings = this.addWeight({
      name: "embeddings",
      shape: [this.inputDim, this.outputDim],
      ...this.forEmbeddings,
    });
  }

  /** What the embeddings are made with. */
  protected get forEmbeddings(): Pick<WeightOptions, "initializer" | "regularizer" | "constraint"> {
    const values = this.valuesOf(parameters);
    return {
      initializer: values.embeddingsInitializer,
      regularizer: values.embeddingsRegularizer,
      constraint: values.embeddingsConstraint,
    };
  }

  /** The vectors, `[inputDim, outputDim]`. */
  get embeddings(): Variable {
    return this.#embeddings;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(x: Tensor): Masks {
    return this.maskZero ? x.notEqual(0) : undefined;
  }

  override call(x: Tensor, _options?: CallOptions): Tensor {
    const inside = x.greaterEqual(0).logicalAnd(x.less(this.inputDim));
    const whole = x.dtype === "float32" ? inside.logicalAnd(x.floor().equal(x)) : inside;
    const vectors = this.#embeddings.read().gather(x.cast("int32"));
    return checked(vectors, whole, [x], ([indices]) => this.#refused(indices, x.shape));
  }

  #refused(given: HostArray, shape: Shape): PlumbError {
    const { inputDim } = this;
    const indices = Array.from<number>(given);
    const isNone = (index: number): boolean => !(index >= 0 && index < inputDim && Number.isInteger(index));
    const flat = indices.findIndex(isNone);
    const first = indices[flat];
    const bad = indices.filter(isNone).length;
    const at = stridesOf(shape).map((stride, axis) => Math.floor(flat / stride) % shape[axis]);
    return new PlumbError("PL4019", {
      asked: `The Embedding layer "${this.name}" takes indices 0 … ${inputDim - 1}`,
      arrived: `The first that is none is ${first} at [${at.join(", ")}]; ${bad} of ${indices.length} are none`,
      why: `It has ${inputDim} vectors, and this index names none of them`,
      fix: !Number.isInteger(first)
        ? "Give whole numbers; amounts belong into a Dense layer, not into an Embedding"
        : first < 0
          ? "Number what is embedded from 0; for padding use index 0 with maskZero: true"
          : `Number what is embedded from 0, or make room: new Embedding(${first + 1}, ${this.outputDim}) at least`,
    });
  }
}
