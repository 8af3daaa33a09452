import { integer, listOf, required, resolve, type Parameter } from "../../base/parameters.ts";
import { sizeOf, type Shape } from "../../base/shape.ts";
import type { Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

const extents: Parameter<Shape> = {
  ...listOf(integer(0, "Extents of a row", { min: -1 })),
  accepts: (value) =>
    Array.isArray(value) &&
    value.every((extent) => Number.isSafeInteger(extent) && extent >= -1) &&
    value.filter((extent) => extent === -1).length <= 1,
  words: "a list of whole numbers, at most one of them -1",
};

const parameters = { targetShape: required(extents) };

/**
 * The same elements of each row under another shape, in row-major order: input `[batch, …]`, output
 * `[batch, ...targetShape]`. One extent may be −1 and is worked out.
 *
 * Errors: PL4004 for a shape that is none; PL4006 for rows of another number of elements. Keras's layer of the same name.
 *
 * @example
 * new Sequential([Input({ shape: [784] }), new Reshape([28, 28, 1])]);
 */
export class Reshape extends Layer {
  static override readonly className: string = "Reshape";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["targetShape"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { targetShape: [6] }, inputs: [2, 3, 2] },
    { options: { targetShape: [-1, 2] }, inputs: [1, 4, 3] },
    { options: { targetShape: [] }, inputs: [3, 1] },
  ];
  readonly targetShape: Shape;

  constructor(targetShape: readonly number[], options: LayerOptions = {}) {
    super(options);
    this.targetShape = resolve("PL4004", "Reshape", parameters, { targetShape }).targetShape;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    if (inputShape.length === 0) return "a batch axis";
    const row = inputShape.slice(1);
    const known = sizeOf(this.targetShape.filter((extent) => extent !== -1));
    if (row.includes(null))
      return this.targetShape.includes(-1) ? undefined : "rows of known extents, or a -1 in targetShape";
    const size = sizeOf(row as Shape);
    const target = `[${this.targetShape.join(", ")}]`;
    if (this.targetShape.includes(-1))
      return known > 0 && size % known === 0
        ? undefined
        : `rows of a number of elements that ${known} divides, to give them the shape ${target}`;
    return size === known ? undefined : `rows of ${known} elements, to give them the shape ${target}`;
  }

  override get movesValues(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    const known = sizeOf(this.targetShape.filter((extent) => extent !== -1));
    const open = sizeOf(x.shape.slice(1)) / known;
    return x.reshape([x.shape[0], ...this.targetShape.map((extent) => (extent === -1 ? open : extent))]);
  }
}
