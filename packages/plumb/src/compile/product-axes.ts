/**
 * Fits a contraction of many axes to the product that a backend writes: batch loops, one run of rows, one run of columns,
 * inner loops. Neighbouring axes that everything walks as one become one; row and column axes that do not join the last
 * run become batch loops, for which one of the operands stands still.
 */
import type { Affine } from "./affine.ts";
import { accessesOf, Moved } from "./coalesce.ts";
import type { Operand, Product, Store } from "./kernel.ts";

/** An operand before its axes are arranged: where it lies, and its stride along each of its own axes. */
export interface Strided {
  readonly buffer: number;
  readonly base: number;
  readonly strides: readonly number[];
}

interface Axis {
  readonly extent: number;
  /** Strides of the operands; 0 where an operand does not have the axis. */
  readonly a: number;
  readonly b: number;
  /** The loop of the result that counts it; -1 for inner axes. */
  readonly loop: number;
}

export interface Contraction {
  /** Extents of the result, and of the axes summed over. */
  readonly outer: readonly number[];
  readonly inner: readonly number[];
  /** Number of batch axes. */
  readonly batch: number;
  readonly a: Strided;
  readonly b: Strided;
  /** Over the axes of the result. */
  readonly stores: readonly Store[];
}

export function arrange({
  outer,
  inner,
  batch,
  a,
  b,
  stores,
}: Contraction): Omit<Product, "kind" | "name" | "packed" | "packsAhead"> {
  const rows = a.strides.length - batch - inner.length;
  const accesses = accessesOf({ inner: [], folds: [], stores });
  const joined = (axes: readonly Axis[]): Axis[] => joinRuns(axes, accesses);
  const axesFrom = (from: number, to: number, strides: (axis: number) => { a: number; b: number }): Axis[] =>
    outer.slice(from, to).map((extent, i) => ({ extent, ...strides(from + i), loop: from + i }));

  const shared = axesFrom(0, batch, (axis) => ({ a: a.strides[axis], b: b.strides[axis] }));
  const rowRuns = joined(axesFrom(batch, batch + rows, (axis) => ({ a: a.strides[axis], b: 0 })));
  const columnStart = batch + rows;
  const columnRuns = joined(
    axesFrom(columnStart, outer.length, (axis) => ({
      a: 0,
      b: b.strides[batch + inner.length + axis - columnStart],
    })),
  );
  const innerRuns = joined(
    inner.map((extent, i) => ({ extent, a: a.strides[batch + rows + i], b: b.strides[batch + i], loop: -1 })),
  );
  const m = rowRuns.pop() ?? single;
  const n = columnRuns.pop() ?? single;
  const loops = joined([...shared, ...rowRuns, ...columnRuns]);
  const summed = innerRuns.length === 0 ? [single] : innerRuns;

  const operand = ({ buffer, base }: Strided, side: "a" | "b"): Operand => ({
    buffer,
    base,
    batch: loops.map((axis) => axis[side]),
    line: (side === "a" ? m : n)[side],
    inner: summed.map((axis) => axis[side]),
  });
  const kept = [...loops, m, n].map((axis) => axis.loop);
  return {
    batch: loops.map((axis) => axis.extent),
    m: m.extent,
    n: n.extent,
    inner: summed.map((axis) => axis.extent),
    a: operand(a, "a"),
    b: operand(b, "b"),
    stores: new Moved(kept).stores(stores),
  };
}

const single: Axis = { extent: 1, a: 0, b: 0, loop: -1 };

/** Axes of extent 1 left out, neighbours that operands and accesses walk as one joined. */
function joinRuns(axes: readonly Axis[], accesses: readonly Affine[]): Axis[] {
  const runs: Axis[] = [];
  for (const axis of axes) {
    if (axis.extent === 1) continue;
    const before = runs[runs.length - 1];
    if (before !== undefined && joins(before, axis, accesses)) {
      runs[runs.length - 1] = { ...axis, extent: before.extent * axis.extent };
    } else {
      runs.push(axis);
    }
  }
  return runs;
}

function joins(before: Axis, axis: Axis, accesses: readonly Affine[]): boolean {
  const { extent } = axis;
  const operandsAgree = before.a === axis.a * extent && before.b === axis.b * extent;
  if (!operandsAgree || before.loop < 0 !== axis.loop < 0) return false;
  if (axis.loop < 0) return true;
  return accesses.every(({ coefficients }) => coefficients[before.loop] === coefficients[axis.loop] * extent);
}
