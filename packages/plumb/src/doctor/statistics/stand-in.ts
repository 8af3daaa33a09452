/** Values that lie far from all others of a column, as codes for "not known" do: −999, 1e30. */

/** A few values far from the rest. */
export interface FarGroup {
  /** The one that is nearest to the rest. */
  readonly value: number;
  /** Whether all of them are the same. */
  readonly isOne: boolean;
  readonly count: number;
  /** Between these the others lie. */
  readonly low: number;
  readonly high: number;
}

/** The gap / how far all others are spread: the tail of amounts, even of incomes, has no such gap. */
export const farGap = 10;

/** Rather than two or three values that a column knows, and of which one is far off. */
const fewestDifferent = 4;

/** The values at one end that lie apart from the others, which are at least half; undefined where there are none. */
export function farGroup(values: Float64Array): FarGroup | undefined {
  const up = values.toSorted();
  return atTop(up, 1) ?? atTop(up.map((value) => -value).reverse(), -1);
}

function atTop(up: Float64Array, sign: 1 | -1): FarGroup | undefined {
  for (let count = 1; count <= up.length / 2; count++) {
    const at = up.length - count;
    const [first, value, below] = [up[0], up[at], up[at - 1]];
    if (!(value - below > farGap * (below - first))) continue;
    if (new Set(up.subarray(0, at)).size < fewestDifferent) return undefined;
    const [low, high] = sign > 0 ? [first, below] : [-below, -first];
    return { value: sign * value, isOne: value === up[up.length - 1], count, low, high };
  }
  return undefined;
}
