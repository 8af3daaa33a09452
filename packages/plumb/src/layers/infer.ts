/**
 * What a layer gives for inputs of a shape, found by running it on tensors without values. Extents that are not known
 * are made up, twice: what differs between the outputs is not known there either.
 */
import { PlumbError, type ErrorParts } from "../base/errors.ts";
import { ones, trace, type Tensor } from "../tensor/index.ts";
import { collectLosses } from "./added-losses.ts";
import { headOf, setHead } from "./heads.ts";
import { maskOf, setMask } from "./masks.ts";
import { showInputShape, type BatchShape } from "./shapes.ts";
import type { SymbolicSpec } from "./symbolic.ts";

/** What stands for the extents that are not known: for that of the batch, and for the others. */
interface Sizes {
  readonly batch: number;
  readonly other: number;
}

/** Numbers of rows that are tried: a pair, and one for layers that put rows in groups. */
const batches: readonly (readonly [number, number])[] = [
  [2, 3],
  [8, 24],
];

/**
 * Other extents that are tried, in this order, until two of them do. What a layer can take may have a lower bound, such as
 * a window, or an upper one, such as the rows of a table; it may have to be a multiple, such as of a power of two. So they
 * lie far apart, both ways, with a prime among the first.
 */
const extents = [240, 1021, 15_360, 61_441, 960, 60, 7, 3, 2] as const;

/** One more, where an extent is 1 for two sizes: both may have been within one stride. */
const large = 15_360;

let inferring = false;

/** Whether layers run to learn what they give for inputs of which extents, mostly the number of rows, are made up. */
export const isInferring = (): boolean => inferring;

function whileInferring(madeUp: boolean, fn: () => void): void {
  const outer = inferring;
  inferring ||= madeUp;
  try {
    fn();
  } finally {
    inferring = outer;
  }
}

/**
 * Shapes, dtypes and heads of what `run` gives for tensors like `inputs`. Nothing is computed, and no state changes.
 *
 * An extent of the output is taken as known where it is the same for two sizes of what is not known of the inputs.
 * Errors: that of `run` where it does so for all sizes, with `?` for what is not known; PL4006 where its errors differ.
 */
export function inferOutputs(
  inputs: readonly SymbolicSpec[],
  run: (values: readonly Tensor[]) => readonly Tensor[],
): SymbolicSpec[] {
  const outputsFor = (sizes: Sizes): SymbolicSpec[] => outputsOf(inputs, run, sizes);
  if (!inputs.some(({ shape }) => shape.includes(null))) return outputsFor({ batch: 0, other: 0 });
  const isLong = inputs.some(({ shape }) => shape.includes(null, 1));
  const failures: Failure[] = [];
  for (const pair of batches) {
    const found: SymbolicSpec[][] = [];
    let [batch, next] = pair;
    for (const other of isLong ? extents : [0, 0]) {
      const sizes = { batch, other };
      const count = found.length;
      attempt(failures, sizes, () => found.push(outputsFor(sizes)));
      // What does is followed by another number of rows; so is an error, that it may show where rows come in.
      if (found.length > count || count === 0) [batch, next] = [next, batch];
      if (found.length < 2) continue;
      if (isLong && other < large && found.flatMap(shapesOf).flat().includes(1))
        attempt([], sizes, () => found.push(outputsFor({ ...sizes, other: large })));
      return found.reduce(common);
    }
  }
  throw errorOf(inputs, failures);
}

/** What an error was, and what was made up when it came. */
interface Failure {
  readonly sizes: Sizes;
  readonly error: PlumbError;
}

/** Errors of Plumb may be due to the sizes; others are mistakes in the code of a layer. */
function attempt(failures: Failure[], sizes: Sizes, fn: () => void): void {
  try {
    fn();
  } catch (error) {
    if (!(error instanceof PlumbError)) throw error;
    failures.push({ sizes, error });
  }
}

const shapesOf = (specs: readonly SymbolicSpec[]): BatchShape[] =>
  specs.flatMap(({ shape, maskShape = [] }) => [shape, maskShape]);

/** What two trials have in common. */
const common = (first: readonly SymbolicSpec[], second: readonly SymbolicSpec[]): SymbolicSpec[] =>
  first.map((spec, i) => ({
    ...spec,
    shape: commonShape(spec.shape, second[i].shape),
    maskShape: spec.maskShape && commonShape(spec.maskShape, second[i].maskShape ?? []),
  }));

const commonShape = (a: BatchShape, b: BatchShape): BatchShape =>
  a.map((extent, axis) => (extent === b[axis] ? extent : null));

/** The error to be told: that of two trials which differ only in numbers, without those that were made up. */
function errorOf(inputs: readonly SymbolicSpec[], failures: readonly Failure[]): PlumbError {
  for (const [i, first] of failures.entries())
    for (const second of failures.slice(i + 1)) {
      const told = toldBy(first, second);
      if (told !== undefined) return told;
    }
  return new PlumbError(
    "PL4006",
    {
      asked: `What layers give for ${showInputShape(inputs.map(({ shape }) => shape))} was to be found`,
      why: "They ran with several sizes for what is not known of it, and could take no two of them",
      fix: "Say what is known: give the input's extents, or build the model with data of the shape that it gets",
    },
    { cause: failures[0].error },
  );
}

/** Both errors as one; undefined where they differ in more than numbers, or in nothing that was made up. */
function toldBy(first: Failure, second: Failure): PlumbError | undefined {
  const [one, other] = [first.sizes, second.sizes];
  if (first.error.code !== second.error.code || one.batch === other.batch) return undefined;
  if (one.other === other.other && one.other !== 0) return undefined;
  const nameOf = (mine: string, theirs: string): string =>
    Number(mine) === one.batch && Number(theirs) === other.batch ? "batch" : "?";
  const entries = Object.entries(first.error.parts) as [keyof ErrorParts, string | undefined][];
  const parts: Partial<ErrorParts> = {};
  for (const [part, text] of entries) {
    const told = sameBut(text ?? "", second.error.parts[part] ?? "", nameOf);
    if (told === undefined) return undefined;
    parts[part] = told === "" ? undefined : told;
  }
  return new PlumbError(first.error.code, parts as ErrorParts, { cause: first.error });
}

/** A text with names for the numbers in which another differs; undefined where that differs in more. */
function sameBut(
  text: string,
  other: string,
  nameOf: (mine: string, theirs: string) => string,
): string | undefined {
  const [mine, theirs] = [text, other].map((one) => one.split(/(\d+)/));
  const isNumber = (k: number): boolean => k % 2 === 1;
  if (mine.length !== theirs.length) return undefined;
  if (mine.some((part, k) => !isNumber(k) && part !== theirs[k])) return undefined;
  return mine.map((part, k) => (part === theirs[k] ? part : nameOf(part, theirs[k]))).join("");
}

function outputsOf(
  inputs: readonly SymbolicSpec[],
  run: (values: readonly Tensor[]) => readonly Tensor[],
  { batch, other }: Sizes,
): SymbolicSpec[] {
  const filled = (shape: BatchShape): number[] =>
    shape.map((extent, axis) => extent ?? (axis === 0 ? batch : other));
  let outputs: readonly SymbolicSpec[] = [];
  const observe = (...values: readonly Tensor[]): void => {
    values.forEach((value, i) => {
      const { head, maskShape } = inputs[i];
      if (head !== undefined) setHead(value, head);
      if (maskShape !== undefined) setMask(value, ones(filled(maskShape), "bool"));
    });
    outputs = collectLosses(() => run(values)).value.map((output) => ({
      shape: output.shape,
      dtype: output.dtype,
      head: headOf(output),
      maskShape: maskOf(output)?.shape,
    }));
  };
  const specs = inputs.map(({ shape, dtype }) => ({ shape: filled(shape), dtype }));
  const madeUp = inputs.some(({ shape }) => shape.includes(null));
  whileInferring(madeUp, () => trace(observe, specs));
  return [...outputs];
}
