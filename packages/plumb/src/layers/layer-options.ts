/** What layers take and give, what they are made with, and what their weights are made from. */
import { flag, optional, text, unchecked, type Parameter } from "../base/parameters.ts";
import type { Shape } from "../base/shape.ts";
import type { ConstraintLike } from "../constraints/index.ts";
import type { InitializerLike } from "../initializers/index.ts";
import type { RegularizerLike } from "../regularizers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import type { BatchShape } from "./shapes.ts";

/** Several tensors by name, as models may take and give them. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** What layers take: one tensor or a list. */
export type Inputs = Tensor | readonly Tensor[];
/** What layers give: one tensor or a list; models may give several by name. */
export type Outputs = Tensor | readonly Tensor[] | NamedTensors;

/** The mask of one tensor, or of each of a list; undefined where all counts. */
export type Masks = Tensor | readonly (Tensor | undefined)[] | undefined;

/** What every layer takes. */
export interface LayerOptions {
  /** Unset: the class's name in snake_case, numbered within its model (`dense`, `dense_1`). */
  name?: string;
  /**
   * False keeps the layer's weights as they are. May be set at any time: each `fit` reads it when it begins, and
   * `trainOnBatch` at each call. Default true.
   */
  trainable?: boolean;
  /** Shape of one input row, for the first layer of a `Sequential` that has no `Input`. */
  inputShape?: BatchShape;
  /** A penalty on the layer's output, divided by the batch size and added to the loss. Default none. */
  activityRegularizer?: RegularizerLike;
}

/** The extents of one row; null where they differ from batch to batch, as the lengths of texts do. */
export const rowShape = (doc: string): Parameter<BatchShape> => ({
  default: undefined as unknown as BatchShape,
  doc,
  accepts: (value) =>
    Array.isArray(value) &&
    value.every((extent) => extent === null || (Number.isSafeInteger(extent) && extent >= 1)),
  words:
    "the shape of one row, a list of whole numbers without the batch: [4], [28, 28, 1]; null for a length that varies",
});

/** Declared once for all layers; each class declares what it takes besides. */
export const commonParameters = {
  name: optional(text("", "What the layer is called within its model")),
  trainable: flag(true, "Whether training changes the layer's weights"),
  inputShape: optional(rowShape("Shape of one input row")),
  activityRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the layer's output"),
};

/** What goes with one call of a layer. */
export interface CallOptions {
  /**
   * Whether layers do as in training: dropout leaves out, statistics move. The steps of `fit` say true, those of
   * `evaluate` and `predict` false. Unset: what the call around this one says; false where there is none.
   */
  readonly training?: boolean;
  /**
   * Which steps of the input are there, bool `[batch, steps]`; of each input, where there is a list of them. Unset: the
   * masks that came with the inputs, from a layer before.
   */
  readonly mask?: Masks;
}

/** What a weight is made from. */
export interface WeightOptions {
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: InitializerLike;
  /** False for state that training does not touch by gradients. Default true. */
  readonly trainable?: boolean;
  /** A penalty on the weight, added to the loss while the weight is trainable. Default none. */
  readonly regularizer?: RegularizerLike;
  /** What the weight is brought back to after every update. Default none. */
  readonly constraint?: ConstraintLike;
}

/** A case for the contract tests of layers: how one is made, and what it is given. */
export interface LayerSample {
  /** Options, those taken by place among them. Default none. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The shape of the input; a list of shapes where the layer takes a list. */
  readonly inputs: Shape | readonly Shape[];
  /** Inputs are whole numbers from 0 to below this. Default: real numbers of both signs. */
  readonly integersBelow?: number;
  /** What goes with the call besides. */
  readonly call?: CallOptions;
  /** False where the output is no smooth function of the inputs (kinks on the values that are drawn, choices). */
  readonly differentiable?: boolean;
}
