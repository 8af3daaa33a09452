import { integer, type Parameters } from "../../base/parameters.ts";
import { concat, ones, type Tensor } from "../../tensor/index.ts";
import { axesOf, maskOver } from "../axes.ts";
import { Layer, type Inputs, type LayerOptions, type LayerSample, type Masks } from "../layer.ts";
import { masksOfList } from "./merge.ts";
import { isShapeList, type InputShape } from "../shapes.ts";

/** What `Concatenate` takes. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which the inputs are put one after the other. Default −1. */
  axis?: number;
}

const parameters = { axis: integer(-1, "The axis along which the inputs are put one after the other") };

/**
 * The inputs one after the other along an axis. Input: a list of tensors that agree in all other extents.
 *
 * Of the masks of the inputs (where one has none, all of it counts): along the axis of the steps they are put one after
 * the other too; along another a step counts where it does in any of the inputs.
 * Errors: PL4004 for an axis that is none; PL4006 for inputs that do not agree, or lack the axis. Keras's layer of the same
 * name.
 *
 * @example
 * new Concatenate().call([ones([8, 3]), ones([8, 5])]).shape; // [8, 8]
 */
export class Concatenate extends Layer {
  static override readonly className: string = "Concatenate";
  static override readonly takesList: boolean = true;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      inputs: [
        [2, 3],
        [2, 1],
      ],
    },
    {
      options: { axis: 1 },
      inputs: [
        [2, 3, 4],
        [2, 2, 4],
        [2, 1, 4],
      ],
    },
    { inputs: [[1, 1]] },
  ];
  readonly axis: number;

  constructor(options: ConcatenateOptions = {}) {
    super(options);
    this.axis = this.valuesOf(parameters).axis;
  }

  protected override needs(inputShape: InputShape): string | undefined {
    if (!isShapeList(inputShape)) return "a list of inputs: [a, b]";
    const [first] = inputShape;
    const [axis] = axesOf(this.axis, first.length) ?? [];
    if (axis === undefined) return `inputs with an axis ${this.axis}`;
    const fits = inputShape.every(
      (shape) =>
        shape.length === first.length &&
        shape.every((extent, i) => i === axis || extent === first[i] || extent === null || first[i] === null),
    );
    return fits ? undefined : `inputs that agree in all extents but that of axis ${this.axis}`;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override computeMask(inputs: Inputs, mask: Masks): Masks {
    const masks = masksOfList(mask);
    const given = masks.filter((one) => one !== undefined);
    if (given.length === 0) return undefined;
    const tensors = inputs as readonly Tensor[];
    // The output's mask has as many axes as the longest of them; an axis behind those has no steps of its own.
    const rank = Math.max(...given.map((one) => one.rank));
    const whole = tensors.map((x, i) => {
      const of = masks[i] ?? ones(x.shape.slice(0, rank), "bool");
      return maskOver(of, x).broadcastTo(x.shape);
    });
    const behind = [...tensors[0].shape.keys()].slice(rank);
    return concat(whole, this.axis).any(behind);
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return concat(inputs, this.axis);
  }
}
