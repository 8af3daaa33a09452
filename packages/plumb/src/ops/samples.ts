/** Shorthand for the sample lists of the records: what the contract tests feed an op. */
import type { DType } from "../base/dtype.ts";
import type { Sample, SampleInput } from "../graph/op.ts";

/** Where one operand of an elementwise op is drawn from. */
export interface Domain {
  readonly range: readonly [low: number, high: number];
  readonly edges?: readonly number[];
}

/** Single values at which floating-point code goes wrong: NaN, infinities, signed zero, a subnormal, the largest. */
export const floatEdges: readonly number[] = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
];
/** The same for sums, where ±1 among others would cancel and an error in units of the result would mean nothing. */
export const sumEdges: readonly number[] = [NaN, Infinity, -Infinity, 0, -0, 1e-40, 3e38, -3e38];
/** The same for products, whose partial results would leave float32's range where the whole does not. */
export const productEdges: readonly number[] = [NaN, Infinity, -Infinity, 0, -0];
/** Single values at which 32-bit integer code goes wrong. */
export const intEdges: readonly number[] = [0, 1, -1, 2147483647, -2147483648, 65536, 1000003];

const lengths: readonly (readonly number[])[] = [[17], [], [1], [3], [5], [3, 5], [0]];

/**
 * Samples of an elementwise op: float32 at odd sizes (the edges with the first), and one each for the other dtypes given.
 * `options.wide` adds a sample over a range where values are compared but central differences lose their digits.
 */
export function pointwise(
  domains: Partial<Record<DType, readonly Domain[]>>,
  options: {
    readonly ulp?: number;
    readonly differentiable?: boolean;
    readonly wide?: readonly Domain[];
  } = {},
): readonly Sample[] {
  const { wide, ...common } = options;
  const sample = (dtype: DType, of: readonly Domain[], shape: readonly number[], edges: boolean): Sample => ({
    ...common,
    inputs: of.map((domain): SampleInput => ({
      shape,
      dtype,
      range: domain.range,
      ...(edges ? { edges: domain.edges ?? [] } : {}),
    })),
  });
  const samples: Sample[] = [];
  for (const [dtype, of] of Object.entries(domains) as [DType, readonly Domain[]][]) {
    const shapes = dtype === "float32" ? lengths : lengths.slice(0, 1);
    shapes.forEach((shape, i) => samples.push(sample(dtype, of, shape, i === 0)));
  }
  if (wide) samples.push({ ...sample("float32", wide, [67], false), differentiable: false });
  return samples;
}
