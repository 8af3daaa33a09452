/** What layers that add or cut borders share: an amount before and one behind each spatial axis. */
import { integer, resolve, type Parameter } from "../../base/parameters.ts";
import { pad, type Tensor } from "../../tensor/index.ts";
import { isListOf, SpatialLayer, type SpatialOptions, type SpatialRank } from "../convolution/spatial.ts";

/** Before and behind an axis. */
type Pair = readonly [before: number, behind: number];

/**
 * What is added or cut: one number for all sides; over one axis a pair of before and behind; over several an entry per
 * axis, each a number for both sides or a pair.
 */
export type Borders = number | readonly (number | readonly [before: number, behind: number])[];

function borders(rank: SpatialRank, doc: string): Parameter<readonly Pair[], Borders> {
  const { accepts: isCount } = integer(1, doc, { min: 0 });
  const isPair = (value: unknown): boolean => isListOf(value, 2) && value.every(isCount);
  const isSide = (value: unknown): boolean => isCount(value) || isPair(value);
  const pair = (side: number | Pair): Pair => (typeof side === "number" ? [side, side] : [side[0], side[1]]);
  return {
    default: new Array<Pair>(rank).fill([1, 1]),
    doc,
    accepts: (value) =>
      isCount(value) ||
      (rank === 1
        ? isPair(value) || (isListOf(value, 1) && isPair(value[0]))
        : isListOf(value, rank) && value.every(isSide)),
    read: (value) => {
      if (typeof value === "number") return new Array<Pair>(rank).fill([value, value]);
      return rank === 1 && value.length === 2 ? [value as Pair] : value.map(pair);
    },
    words:
      rank === 1
        ? "a whole number of at least 0, or a pair of them: [before, behind]"
        : `a whole number of at least 0, or a list of ${rank}, each such a number or a pair: [before, behind]`,
  };
}

/** A layer that adds or cuts borders over `rank` axes; they are an option taken by place. */
abstract class BorderLayer extends SpatialLayer {
  protected readonly sides: readonly Pair[];

  constructor(
    rank: SpatialRank,
    name: string,
    given: Borders | undefined,
    doc: string,
    options: SpatialOptions,
  ) {
    super(rank, options);
    this.sides = resolve("PL4004", this.className, { [name]: borders(rank, doc) }, { [name]: given })[name];
  }
}

/** Zeros around the input, over `rank` axes. */
export abstract class ZeroPadding extends BorderLayer {
  static override readonly byPlace: readonly string[] = ["padding"];

  constructor(rank: SpatialRank, padding: Borders | undefined, options: SpatialOptions) {
    super(rank, "padding", padding, "Zeros before and behind each axis", options);
  }

  override call(x: Tensor): Tensor {
    return this.asGiven(pad(this.channelsLast(x), [[0, 0], ...this.sides, [0, 0]]));
  }
}

/** The input without its borders, over `rank` axes. */
export abstract class Cropping extends BorderLayer {
  static override readonly byPlace: readonly string[] = ["cropping"];

  constructor(rank: SpatialRank, cropping: Borders | undefined, options: SpatialOptions) {
    super(rank, "cropping", cropping, "What is cut before and behind each axis", options);
  }

  protected override needsOf(extents: readonly (number | null)[]): string | undefined {
    const least = this.sides.map(([before, behind]) => before + behind + 1);
    const cut = this.sides.map(([before, behind]) => `[${before}, ${behind}]`).join(", ");
    return this.needsRoom(extents, least, `what is left after cutting [${cut}]`, "");
  }

  // A softmax over the channels of what is left is that of the values left.
  override get movesValues(): boolean {
    return this.dataFormat === "channels_last";
  }

  override call(x: Tensor): Tensor {
    const image = this.channelsLast(x);
    const start = [0, ...this.sides.map(([before]) => before), 0];
    const size = image.shape.map((extent, axis) => {
      const [before, behind] = this.sides[axis - 1] ?? [0, 0];
      return extent - before - behind;
    });
    return this.asGiven(image.slice(start, size));
  }
}
