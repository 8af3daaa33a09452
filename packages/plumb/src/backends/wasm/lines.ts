/** Writes scans and sorts: work along lines of a dense tensor `[outer, extent, inner]`. */
import { bytesOf } from "../../base/dtype.ts";
import type { Affine } from "../../compile/affine.ts";
import type { Expr, Scan, Sort } from "../../compile/kernel.ts";
import { accesses, PointWriter } from "./expressions.ts";
import {
  kernelFunction,
  parameters,
  type KernelFunction,
  type ModuleContext,
  type WrittenKernel,
} from "./kernel-function.ts";
import type { Lane } from "./lanes.ts";

/** Units are the outer lines. Totals of float32 are carried in float64, so that they do not drift with the length. */
export function writeScan(context: ModuleContext, scan: Scan): WrittenKernel {
  return kernelFunction(context, scan, scan.name, (fn) => {
    const { f, lanes } = fn;
    const points = new PointWriter(fn);
    const { op, dtype, extent, inner, reverse, exclusive } = scan;
    // Loops: 0 the outer lines, 1 the inner ones (four at a time), 2 along the line.
    const at: Affine = {
      base: reverse ? (extent - 1) * inner : 0,
      coefficients: [extent * inner, 1, reverse ? -inner : inner],
    };
    const load: Expr = { kind: "load", buffer: scan.source, at, dtype };
    const touched = accesses([load], [{ buffer: scan.target, at, value: load }]);
    const wide = dtype === "float32" ? "float64" : dtype;
    const [outer, line, step] = ["i32", "i32", "i32"].map(() => f.local("i32"));

    const along = (): void => {
      const carry = lanes.fresh(wide);
      const identity = lanes.constant(op.identity, wide);
      const keep = (value: Lane): void => {
        f.get(value.local).set(carry.local);
        if (carry.high !== undefined) f.get(value.high ?? value.local).set(carry.high);
      };
      keep(identity);
      f.i32(0).set(step);
      fn.countUp(step, extent, 1, () => {
        points.inside({ loop: 2, counter: step, vector: false }, touched, () => {
          const here = lanes.convert(points.value(load, []), wide);
          const next = op.wasm(lanes, carry, here);
          points.storeLane(scan.target, at, lanes.convert(exclusive ? carry : next, dtype), []);
          keep(next);
        });
      });
    };

    f.get(parameters.begin).set(outer);
    fn.countUp(outer, { local: parameters.end }, 1, () => {
      points.inside({ loop: 0, counter: outer, vector: false }, touched, () => {
        if (inner === 1) return along();
        const whole = Math.floor(inner / 4) * 4;
        const vectors = (valid: number): void => {
          points.validLanes = valid;
          points.inside({ loop: 1, counter: line, vector: true }, touched, along);
          points.validLanes = 4;
        };
        f.i32(0).set(line);
        if (whole > 0) fn.countUp(line, whole, 4, () => vectors(4));
        if (whole < inner) {
          f.i32(whole).set(line);
          vectors(inner - whole);
        }
      });
    });
    return scan.outer;
  });
}

/**
 * Stable bottom-up merge sort of each line's indices. Keys are made once: the bits of the value as a double, turned so
 * that signed order is numeric order; both zeros are one key, NaN is the greatest either way. One unit: lines share the
 * scratch.
 */
export function writeSort(context: ModuleContext, sort: Sort): WrittenKernel {
  return kernelFunction(context, sort, sort.name, (fn) => {
    const { f } = fn;
    const { extent, inner } = sort;
    const bytes = bytesOf[sort.dtype];
    const local = (): number => f.local("i32");
    const [line, source, target, keys, from, to] = [local(), local(), local(), local(), local(), local()];
    f.get(fn.base(sort.scratch)).set(keys);
    f.i32(0).set(line);
    fn.countUp(line, sort.outer * inner, 1, () => {
      const first = local();
      f.get(line)
        .i32(inner)
        .op("i32.div_u")
        .i32(extent * inner)
        .op("i32.mul");
      f.get(line).i32(inner).op("i32.rem_u").op("i32.add").set(first);
      fn.scaled(first, bytes).get(fn.base(sort.source)).op("i32.add").set(source);
      fn.scaled(first, 4).get(fn.base(sort.target)).op("i32.add").set(target);
      f.get(keys)
        .i32(8 * extent)
        .op("i32.add")
        .tee(from)
        .i32(4 * extent)
        .op("i32.add")
        .set(to);
      makeKeys(fn, sort, { source, keys, from });
      mergePasses(fn, extent, { keys, from, to });
      writeOrder(fn, extent, inner, { from, target });
    });
    return 1;
  });
}

function makeKeys(fn: KernelFunction, sort: Sort, at: { source: number; keys: number; from: number }): void {
  const { f } = fn;
  const [i, bits, value] = [f.local("i32"), f.local("i64"), f.local("f64")];
  f.i32(0).set(i);
  fn.countUp(i, sort.extent, 1, () => {
    fn.scaled(i, sort.inner * bytesOf[sort.dtype])
      .get(at.source)
      .op("i32.add");
    if (sort.dtype === "float64") f.load("f64.load");
    else if (sort.dtype === "float32") f.load("f32.load").op("f64.promote_f32");
    else f.load("i32.load").op("f64.convert_i32_s");
    f.f64(0).op("f64.add").tee(value).op("i64.reinterpret_f64").set(bits);
    f.get(bits).get(bits).i64(63).op("i64.shr_s").i64(1).op("i64.shr_u").op("i64.xor").set(bits);
    if (sort.descending) f.get(bits).i64(-1).op("i64.xor").set(bits);
    fn.scaled(i, 8).get(at.keys).op("i32.add");
    f.get(bits).i64(0x7fffffffffffffffn).get(value).get(value).op("f64.eq").op("select").store("i64.store");
    fn.scaled(i, 4).get(at.from).op("i32.add").get(i).store("i32.store");
  });
  f.release(i).release(bits).release(value);
}

/** Merges runs of 1, 2, 4 … from one list into the other and back; leaves the sorted one in `from`. */
function mergePasses(
  fn: KernelFunction,
  extent: number,
  at: { keys: number; from: number; to: number },
): void {
  const { f } = fn;
  const locals = Array.from({ length: 8 }, () => f.local("i32"));
  const [width, start, middle, stop, p, q, out, takeLeft] = locals;
  const least = (sum: () => void, into: number): void => {
    sum();
    f.tee(into).i32(extent).get(into).i32(extent).op("i32.lt_u").op("select").set(into);
  };
  const pushKey = (position: number): void => {
    fn.scaled(position, 4).get(at.from).op("i32.add").load("i32.load");
    f.i32(3).op("i32.shl").get(at.keys).op("i32.add").load("i64.load");
  };
  for (let w = 1; w < extent; w *= 2) {
    f.i32(w).set(width);
    f.i32(0).set(start);
    fn.countUp(start, extent, 2 * w, () => {
      least(() => f.get(start).get(width).op("i32.add"), middle);
      least(() => f.get(start).get(width).op("i32.add").get(width).op("i32.add"), stop);
      f.get(start).tee(p).set(out).get(middle).set(q);
      fn.countUp(out, { local: stop }, 1, () => {
        f.get(q).get(stop).op("i32.ge_u");
        f.if(
          () => f.i32(1).set(takeLeft),
          () => {
            f.get(p).get(middle).op("i32.ge_u");
            f.if(
              () => f.i32(0).set(takeLeft),
              () => {
                pushKey(p);
                pushKey(q);
                f.op("i64.le_s").set(takeLeft);
              },
            );
          },
        );
        fn.scaled(out, 4).get(at.to).op("i32.add");
        f.get(p)
          .get(q)
          .get(takeLeft)
          .op("select")
          .i32(2)
          .op("i32.shl")
          .get(at.from)
          .op("i32.add")
          .load("i32.load");
        f.store("i32.store");
        f.get(p).get(takeLeft).op("i32.add").set(p);
        f.get(q).i32(1).op("i32.add").get(takeLeft).op("i32.sub").set(q);
      });
    });
    f.get(at.from).get(at.to).set(at.from).set(at.to);
  }
  for (const local of locals) f.release(local);
}

function writeOrder(
  fn: KernelFunction,
  extent: number,
  inner: number,
  at: { from: number; target: number },
): void {
  const { f } = fn;
  const i = f.local("i32");
  f.i32(0).set(i);
  fn.countUp(i, extent, 1, () => {
    fn.scaled(i, 4 * inner)
      .get(at.target)
      .op("i32.add");
    fn.scaled(i, 4).get(at.from).op("i32.add").load("i32.load").store("i32.store");
  });
  f.release(i);
}
