/** One array of a state, as it is kept: typed in memory and in files of bytes, and through JSON and back without a bit lost. */
import { hostArray, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { showValue } from "../base/parameters.ts";

/** One named array of the state of a model or an optimizer. */
export interface StateEntry {
  readonly name: string;
  readonly data: HostArray;
}

/** What JSON has no number for, by the text that stands for it. */
const texts: ReadonlyMap<unknown, number> = new Map([
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
  ["-0", -0],
]);

const inJson = (value: number): number | string =>
  Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value);

/** An entry that JSON writes as a list of numbers; a typed array by itself would become an object. */
export class SavedArray implements StateEntry {
  readonly name: string;
  readonly data: HostArray;

  constructor({ name, data }: StateEntry) {
    this.name = name;
    this.data = data;
  }

  toJSON(): { name: string; data: (number | string)[] } {
    return { name: this.name, data: Array.from(this.data, inJson) };
  }
}

/**
 * The data of an entry as an array of `dtype`: a typed array as it is; a list of numbers, or an object of them by their
 * places, which JSON makes of it. Errors: PL4007 for anything else.
 */
export function dataOf({ name, data }: StateEntry, dtype: DType): HostArray {
  if (ArrayBuffer.isView(data)) return data;
  const values: unknown[] = typeof data === "object" && data !== null ? Object.values(data) : [data];
  return Object.assign(
    hostArray(dtype, values.length),
    values.map((value) => {
      const number = typeof value === "number" ? value : texts.get(value);
      if (number !== undefined) return number;
      throw new PlumbError("PL4007", {
        asked: `The entry ${JSON.stringify(name)} of a state was to be set from ${showValue(value)}`,
        why: "An entry holds numbers: a typed array, or the list that JSON.stringify makes of what getState gave",
        fix: "Keep what getState gave as it is, or as JSON.stringify writes it",
      });
    }),
  );
}
