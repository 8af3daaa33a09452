/**
 * Reference numbers recorded from Keras, in a folder beside the repository. Where the folder is absent the tests that
 * read it are skipped, and say so.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HostArray } from "../../src/base/dtype.ts";
import { camelCase } from "../../src/base/names.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";

/** The folder of recorded numbers. */
export const goldensFolder: string = fileURLToPath(
  new URL("../../../../../shared/goldens/", import.meta.url),
);

/** A tensor as the files write it; NaN and infinities are strings. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  /** Absent where all of a file is float64. */
  readonly dtype?: "float32" | "int32" | "bool";
  readonly data: readonly (number | string)[];
}

export const isGoldenTensor = (value: unknown): value is GoldenTensor =>
  typeof value === "object" && value !== null && "shape" in value && "data" in value;

/** Why golden tests do not run on this machine; undefined where they do. */
export const goldensMissing: string | undefined = existsSync(goldensFolder)
  ? undefined
  : "no ../shared/goldens here";

/** The parsed file, or an empty object where the folder is absent. */
export function readGoldens<T>(file: string): Partial<T> {
  return goldensMissing === undefined ? (JSON.parse(readFileSync(goldensFolder + file, "utf8")) as T) : {};
}

/** The numbers of a golden tensor or scalar. */
export const numbersOf = (golden: GoldenTensor): number[] => golden.data.map(Number);

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, float64: Float64Array };

/** A golden tensor as one of ours. */
export function tensorOf(golden: GoldenTensor): Tensor {
  return tensor(arrays[golden.dtype ?? "float64"].from(numbersOf(golden)), golden.shape);
}

/** Keras's configuration under our names: `learning_rate` → `learningRate`; nested values are left alone. */
export const camelKeys = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));

/** The worst distance between two rows of numbers, as a share of the allowed `atol + rtol · |want|`; NaN equals NaN. */
export function worstShare(
  got: HostArray | readonly number[],
  want: readonly number[],
  rtol: number,
  atol: number,
): number {
  if (got.length !== want.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i]) || got[i] === want[i]) continue;
    const share = Math.abs(got[i] - want[i]) / (atol + rtol * Math.abs(want[i]));
    worst = Math.max(worst, Number.isNaN(share) ? Infinity : share);
  }
  return worst;
}
