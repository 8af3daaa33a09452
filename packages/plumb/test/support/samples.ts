/** Inputs for the contract tests, drawn from what the op records state. */
import { hostArray, type HostArray } from "../../src/base/dtype.ts";
import { threefry2x32 } from "../../src/base/seed.ts";
import { sizeOf } from "../../src/base/shape.ts";
import type { Node, Spec } from "../../src/graph/node.ts";
import type { Sample, SampleInput } from "../../src/graph/op.ts";
import { makeNode } from "../../src/ops/builder.ts";
import { data } from "../../src/ops/source.ts";

/** Number `i` of the stream `stream`, uniform in [0, 1). */
const uniform = (stream: number, i: number): number => (threefry2x32(20, stream, i, 0)[0] >>> 0) / 2 ** 32;

/** Values for one input of a sample, uniform over its range; whole numbers for int32 and bool. */
export function drawInput({ shape, dtype, range = [0, 1] }: SampleInput, stream: number): HostArray {
  const [low, high] = range;
  const whole = dtype === "int32" || dtype === "bool";
  const values = hostArray(dtype, sizeOf(shape));
  for (let i = 0; i < values.length; i++) {
    const u = uniform(stream, i);
    values[i] = whole ? Math.floor(low + u * (high - low + 1)) : low + u * (high - low);
  }
  return values;
}

export const drawInputs = (sample: Sample): HostArray[] =>
  sample.inputs.map((input, k) => drawInput(input, k));

/** A leaf that holds these values. */
export const dataNode = ({ shape, dtype }: Spec, values: HostArray): Node =>
  makeNode(data, [], { shape, dtype }, { kind: "data", data: values });

/** Weights of both signs and no two alike, so that no error of a gradient can hide in a symmetry. */
export function drawWeights(shape: readonly number[], stream: number): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const u = uniform(1000 + stream, i);
    return u < 0.5 ? -0.5 - u : 0.25 + u;
  });
}

/** Elements of a vectorised loop that run through different code: each lane, and the remainder. */
const positions = (size: number): number[] => [
  ...new Set([0, 1, 2, 3, size - 1].filter((place) => place >= 0 && place < size)),
];

/**
 * Elementwise inputs in which every combination of edge values stands once in each of the four lanes and once in the
 * tail. Each case is a full set of inputs, together with the shape that they share.
 */
export function pointwiseEdges(
  sample: Sample,
): { readonly shape: readonly number[]; readonly inputs: HostArray[] }[] {
  const tuples = sample.inputs.reduce<number[][]>(
    (sofar, { edges = [] }) => sofar.flatMap((tuple) => edges.map((edge) => [...tuple, edge])),
    [[]],
  );
  if (tuples.length === 0 || sample.inputs.length === 0) return [];
  const laid = (length: number, place: (tuple: number[], at: (i: number) => void) => void): HostArray[] =>
    sample.inputs.map((input, k) => {
      const values = drawInput({ ...input, shape: [length] }, 50 + k);
      for (const tuple of tuples) place(tuple, (i) => (values[i] = tuple[k]));
      return values;
    });
  const cases: { readonly shape: readonly number[]; readonly inputs: HostArray[] }[] = [];
  for (let shift = 0; shift < 4; shift++) {
    // Whole vectors after the last tuple keep every tuple out of the tail here.
    const length = Math.ceil((tuples.length + shift) / 4) * 4;
    const inputs = laid(length, (tuple, at) => at(tuples.indexOf(tuple) + shift));
    cases.push({ shape: [length], inputs });
  }
  for (let first = 0; first < tuples.length; first += 3) {
    const inputs = laid(7, (tuple, at) => {
      const i = tuples.indexOf(tuple);
      if (i >= first && i < first + 3) at(4 + i - first);
    });
    cases.push({ shape: [7], inputs });
  }
  return cases;
}

/** Inputs of any op in which one element at a time is an edge value, in every lane position and the tail. */
export function placedEdges(sample: Sample): HostArray[][] {
  return sample.inputs.flatMap(({ shape, edges = [] }, k) =>
    edges.flatMap((edge) =>
      positions(sizeOf(shape)).map((place) => {
        const inputs = drawInputs(sample);
        inputs[k][place] = edge;
        return inputs;
      }),
    ),
  );
}

export const describeSample = ({ inputs, attrs }: Sample): string => {
  const specs = inputs.map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`).join(", ");
  const entries = Object.entries(attrs ?? {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [specs, ...entries].join(" ");
};
