import { flag, required, resolve, type Parameter, type Parameters } from "../../base/parameters.ts";
import { einsum, type Tensor } from "../../tensor/index.ts";
import { axesOf } from "../axes.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import { isShapeList, type InputShape } from "../shapes.ts";
import { unitLength } from "../normalization/unit-normalization.ts";

/** What `Dot` takes besides its axes. */
export interface DotOptions extends LayerOptions {
  /** Bring the inputs to length 1 along the axes first, which gives the cosine of the angle between them. Default false. */
  normalize?: boolean;
}

const isAxis = (value: unknown): boolean => Number.isSafeInteger(value) && value !== 0;

const axes: Parameter<number | readonly number[]> = {
  default: -1,
  doc: "The axis of each input to sum over",
  accepts: (value) => isAxis(value) || (Array.isArray(value) && value.length === 2 && value.every(isAxis)),
  words: "a whole number, or a list of one for each of the two inputs; not 0, the batch",
};

const placed = { axes: required(axes) };
const parameters = { normalize: flag(false, "Bring the inputs to length 1 along the axes first") };

/**
 * Sums of products of two inputs along an axis of each, row by row. Inputs `[batch, …]` whose extents along these axes are
 * equal; output `[batch, …rest of the first, …rest of the second]`, and `[batch, 1]` where no rest is left.
 *
 * A mask ends here. Errors: PL4004 for axes that are none, the batch among them; PL4006 for other than two inputs, or
 * inputs that do not fit each other. Keras's layer of the same name.
 *
 * @example
 * new Dot(1).call([tensor([[1, 2]]), tensor([[3, 4]])]); // [[11]]
 * new Dot([2, 1]).call([ones([8, 3, 5]), ones([8, 5, 4])]).shape; // [8, 3, 4]
 */
export class Dot extends Layer {
  static override readonly className: string = "Dot";
  static override readonly takesList: boolean = true;
  static override readonly byPlace: readonly string[] = ["axes"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { axes: 1 },
      inputs: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      options: { axes: -1, normalize: true },
      inputs: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      options: { axes: [2, 1] },
      inputs: [
        [2, 3, 4],
        [2, 4, 5],
      ],
    },
    {
      options: { axes: [1, 2] },
      inputs: [
        [1, 3],
        [1, 2, 3],
      ],
    },
    {
      options: { axes: [1, 3], normalize: true },
      inputs: [
        [2, 3, 2],
        [2, 1, 2, 3],
      ],
    },
  ];
  readonly axes: number | readonly number[];
  readonly normalize: boolean;

  constructor(axes: number | readonly [number, number], options: DotOptions = {}) {
    super(options);
    this.axes = resolve("PL4004", "Dot", placed, { axes }).axes;
    this.normalize = this.valuesOf(parameters).normalize;
  }

  /** The axes of two inputs of so many axes, counted from the front; undefined where one lacks its own. */
  #axesFor(ranks: readonly number[]): readonly number[] | undefined {
    const [a, b] = typeof this.axes === "number" ? [this.axes, this.axes] : this.axes;
    const [[first] = [], [second] = []] = [axesOf(a, ranks[0]), axesOf(b, ranks[1])];
    return first !== undefined && first > 0 && second !== undefined && second > 0
      ? [first, second]
      : undefined;
  }

  protected override needs(inputShape: InputShape): string | undefined {
    if (!isShapeList(inputShape) || inputShape.length !== 2) return "two inputs: [a, b]";
    const [a, b] = inputShape;
    const found = this.#axesFor([a.length, b.length]);
    if (found === undefined) return `inputs that have the axes ${String(this.axes)}, behind a batch axis`;
    if (a[0] !== null && b[0] !== null && a[0] !== b[0]) return "as many rows in one input as in the other";
    const [m, n] = [a[found[0]], b[found[1]]];
    return m === n || m === null || n === null
      ? undefined
      : `inputs of equal extents along the axes ${found.join(" and ")}`;
  }

  override call([a, b]: readonly Tensor[]): Tensor {
    const [first, second] = this.#axesFor([a.rank, b.rank]) ?? [];
    const [x, y] = this.normalize ? [unitLength(a, [first]), unitLength(b, [second])] : [a, b];
    // Letters: the batch is a and the axis summed over b; the others follow, those of the second after the first's.
    const letters = [..."cdefghijklmnopqrstuvwxyz"];
    const named = (rank: number, axis: number): string => {
      const names = Array.from({ length: rank - 2 }, () => letters.shift());
      return `a${names.slice(0, axis - 1).join("")}b${names.slice(axis - 1).join("")}`;
    };
    const [left, right] = [named(a.rank, first), named(b.rank, second)];
    const output = einsum(`${left},${right}->a${(left + right).replaceAll(/[ab]/g, "")}`, x, y);
    return output.rank === 1 ? output.expandDims(1) : output;
  }
}
