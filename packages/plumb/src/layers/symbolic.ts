/**
 * Symbolic tensors: what functional models are drawn with. One has a shape and a dtype, knows which call of which layer
 * gives it, and never has a value.
 */
import type { Head } from "../base/contract.ts";
import type { DType, HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import type { Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/index.ts";
import { argument } from "../ops/source.ts";
import { leavesOf, Tensor } from "../tensor/index.ts";
import { headOf, setHead } from "./heads.ts";
import type { CallOptions, Inputs, Layer } from "./layer.ts";
import { showBatchShape, type BatchShape } from "./shapes.ts";

/** A layer applied to symbolic tensors, once. Layers that are shared have several calls. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: Inputs;
  /** May hold symbolic tensors too: an attention mask, say. */
  readonly options: CallOptions;
  readonly outputs: readonly SymbolicTensor[];
}

/** What is known of a symbolic tensor. */
export interface SymbolicSpec {
  readonly shape: BatchShape;
  readonly dtype: DType;
  /** As what it is paired with losses and metrics. Unset: nothing is known of it. */
  readonly head?: Head;
  /** The shape of the mask that its value will have. Unset: it has none. */
  readonly maskShape?: BatchShape;
}

/**
 * A tensor without a value, for drawing functional models: what `input()` gives, and what layers give when they are
 * called on it. Its shape has null where the extent is not known, the batch first of all.
 *
 * It goes into layers only: errors with PL4015 where a computation or a read wants a value.
 *
 * @example
 * const x = input({ shape: [4] });
 * const y = new Dense(2).call(x);
 * y.shape.at(-1); // 2
 */
export class SymbolicTensor extends Tensor {
  /** The call that gives it. An input of a model is given by the call of its `InputLayer`. */
  readonly source: LayerCall;
  /** The shape of the mask that its value will have; undefined where it has none. */
  readonly maskShape: BatchShape | undefined;

  constructor({ shape, dtype, head, maskShape }: SymbolicSpec, source: LayerCall) {
    super(
      g.node(
        argument,
        [],
        { shape: shape.map((extent) => extent ?? 1), dtype },
        { kind: "argument", index: 0 },
      ),
    );
    // Null stands for what is not known; code that computes with extents never sees a symbolic tensor.
    (this as { shape: Shape }).shape = shape as Shape;
    this.source = source;
    this.maskShape = maskShape;
    if (head !== undefined) setHead(this, head);
  }

  /** As what it is paired with losses and metrics. */
  get head(): Head {
    return headOf(this);
  }

  /** Whether its value will have a mask. */
  get masked(): boolean {
    return this.maskShape !== undefined;
  }

  override get node(): Node {
    throw this.#hasNoValue("A computation with");
  }

  override dataSync(): HostArray {
    throw this.#hasNoValue("The value of");
  }

  override async data(): Promise<HostArray> {
    throw this.#hasNoValue("The value of");
  }

  #hasNoValue(asked: string): PlumbError {
    return new PlumbError("PL4015", {
      asked: `${asked} the output ${showBatchShape(this.shape)} of the layer "${this.source.layer.name}" was asked for, which is symbolic`,
      why: "A functional model is drawn before there are values; what is drawn is made of layers",
      fix: "Use a layer (Add, Multiply, Concatenate …), or new Lambda((x) => x.mul(2)) around the computation; read what the model gives for data",
    });
  }
}

/** The symbolic tensors among what a layer is called with. */
export const symbolicAmong = (...values: readonly unknown[]): SymbolicTensor[] =>
  values.flatMap((value) => leavesOf(value)).filter((leaf) => leaf instanceof SymbolicTensor);
