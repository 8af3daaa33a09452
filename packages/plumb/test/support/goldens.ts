/**
 * Reference numbers recorded from Keras, where the folder with them is at hand: `shared/goldens` beside the repository,
 * or the folder that `PLUMB_GOLDENS` names. Tests that use them are skipped, and say so, where it is absent.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { camelCase } from "../../src/base/names.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";

const folder = process.env.PLUMB_GOLDENS ?? fileURLToPath(new URL("../../../../../shared/goldens", import.meta.url));

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
  readonly data: readonly (number | string)[];
}

/** A file of the folder, or undefined where there is none. */
export function golden<T>(file: string): T | undefined {
  const path = `${folder}/${file}`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
}

/** "NaN" and "Infinity" are written as strings there. */
export const numbersOf = ({ data }: GoldenTensor): number[] => data.map(Number);

export const tensorOf = (recorded: GoldenTensor): Tensor =>
  tensor(Float64Array.from(numbersOf(recorded)), recorded.shape, recorded.dtype);

/** Keras's snake_case arguments as options; values that are names of modes too (`fan_in` and the like stay as they are). */
export const optionsOf = (config: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));

/** The first place where `got` differs from `want` by more than atol + rtol |want|, in words; NaN equals NaN. */
export function difference(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  { rtol = 1e-5, atol = 1e-6 }: { rtol?: number; atol?: number } = {},
): string | undefined {
  if (got.length !== want.length) return `${got.length} values where ${want.length} were recorded`;
  let worst = { index: -1, excess: 0 };
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i]) || got[i] === want[i]) continue;
    const distance = Math.abs(got[i] - want[i]);
    const excess = Number.isFinite(distance) ? distance - atol - rtol * Math.abs(want[i]) : Infinity;
    if (excess > worst.excess) worst = { index: i, excess };
  }
  return worst.index < 0 ? undefined : `at ${worst.index}: got ${got[worst.index]}, recorded ${want[worst.index]}`;
}
