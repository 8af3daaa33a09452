import type { DType } from "../base/dtype.ts";
import { integer, oneOf, optional, required, type Parameters } from "../base/parameters.ts";
import type { Tensor } from "../tensor/index.ts";
import { Layer, type LayerSample } from "./layer.ts";
import { rowShape } from "./layer-options.ts";
import { setOrigin } from "./origins.ts";
import { showBatchShape, type BatchShape } from "./shapes.ts";
import { SymbolicTensor } from "./symbolic.ts";

/** What `input` and `Input` take. */
export interface InputOptions {
  /** Shape of one row, without the batch: `[4]`, `[28, 28, 1]`; null for a length that varies: `[null, 8]`. */
  shape: BatchShape;
  /** What the data are brought to. Unset: float32 and int32 stay what they are. */
  dtype?: DType;
  /** Unset: `input_layer`, numbered within its model. */
  name?: string;
  /** The number of rows of every batch, where the model takes no other. Unset: any. */
  batchSize?: number;
}

const parameters = {
  shape: required(rowShape("Shape of one row, without the batch")),
  dtype: optional(
    oneOf<DType>(["float32", "int32", "bool", "float64"], "float32", "What the data are brought to"),
  ),
  batchSize: optional(integer(1, "The number of rows of every batch", { min: 1 })),
};

/**
 * Says what a model takes. It computes nothing; a `Sequential` that begins with it is built at once, and inputs of
 * another shape are an error (PL4006) before anything runs. Extents that are null may be any. In the place of a tensor it
 * stands for the symbolic tensor that it gives, as `input` does.
 *
 * Errors: PL4004 for a shape that is none; the batch is not part of it. Keras's layer of the same name.
 *
 * @example
 * new Sequential([new InputLayer({ shape: [4] }), new Dense(3)]);
 */
export class InputLayer extends Layer {
  static override readonly className: string = "InputLayer";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { shape: [3] }, inputs: [1, 3] },
    { options: { shape: [null, 2] }, inputs: [2, 5, 2] },
  ];
  readonly shape: BatchShape;
  readonly dtype: DType | undefined;
  /** The shape of a batch. */
  readonly batchShape: BatchShape;
  readonly #symbol: SymbolicTensor;

  constructor(options: InputOptions) {
    super(options);
    const { shape, dtype, batchSize } = this.valuesOf(parameters);
    this.shape = shape;
    this.dtype = dtype;
    this.batchShape = [batchSize ?? null, ...shape];
    this.inputShape = this.batchShape;
    const outputs: SymbolicTensor[] = [];
    const source = { layer: this as Layer, inputs: [], options: {}, outputs };
    this.#symbol = new SymbolicTensor(
      { shape: this.batchShape, dtype: dtype ?? "float32", head: "linear" },
      source,
    );
    outputs.push(this.#symbol);
    setOrigin(this.#symbol, () => this.asOrigin);
  }

  override get declaredShape(): BatchShape {
    return this.shape;
  }

  override get output(): SymbolicTensor {
    return this.#symbol;
  }

  /** With its name, where it was given one or is one of several. */
  protected override get asOrigin(): string {
    const { name } = this;
    return name === "input_layer" ? "the model's input" : `the model's input "${name}"`;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const { batchShape } = this;
    const fits =
      inputShape.length === batchShape.length &&
      batchShape.every((extent, i) => extent === null || inputShape[i] === null || extent === inputShape[i]);
    if (fits) return undefined;
    const [batch] = batchShape;
    return `${batch === null ? "" : `${batch} `}rows of shape ${showRowShape(this.shape)}: ${showBatchShape(batchShape)}`;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return this.dtype === undefined || x.dtype === this.dtype ? x : x.cast(this.dtype);
  }
}

const showRowShape = (shape: BatchShape): string => `[${shape.map((extent) => extent ?? "?").join(", ")}]`;

/**
 * The first entry of a `Sequential`: what one row of its input looks like.
 *
 * @example
 * new Sequential([Input({ shape: [4] }), new Dense(3)]);
 */
export const Input = (options: InputOptions): InputLayer => new InputLayer(options);

/**
 * An input of a functional model, as a symbolic tensor: layers are called on it, and `new Model({ inputs, outputs })`
 * makes a model of what they give. Shape `[batch, …shape]`; float32 unless told.
 *
 * Errors: PL4004 for a shape that is none; the batch is not part of it.
 *
 * @example
 * const x = input({ shape: [4] });
 * const y = new Dense(3).call(new Dense(8, { activation: "relu" }).call(x));
 * const model = new Model({ inputs: x, outputs: y });
 */
export const input = (options: InputOptions): SymbolicTensor => new InputLayer(options).output;
