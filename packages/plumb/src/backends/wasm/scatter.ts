/** Writes scatters and fills. */
import { bytesOf } from "../../base/dtype.ts";
import type { Affine } from "../../compile/affine.ts";
import type { Fill, Scatter } from "../../compile/kernel.ts";
import { inOrder } from "../../compile/expr.ts";
import { accesses, PointWriter } from "./expressions.ts";
import {
  kernelFunction,
  parameters,
  type KernelFunction,
  type ModuleContext,
  type WrittenKernel,
} from "./kernel-function.ts";

/**
 * One unit: updates are added in row-major order, so that sums do not depend on threads. Where a whole row goes to one
 * place (the last loop moves target and update by one element and leaves the index alone) it goes four lanes at a time.
 */
export function writeScatter(context: ModuleContext, scatter: Scatter): WrittenKernel {
  return kernelFunction(context, scatter, scatter.name, (fn) => {
    writeUpdates(fn, scatter);
    return 1;
  });
}

function writeUpdates(fn: KernelFunction, scatter: Scatter): void {
  const { f, lanes } = fn;
  const { loops, update, index, target, at, stride, extent, dtype } = scatter;
  if (extent === 0) return;
  const points = new PointWriter(fn);
  const exprs = inOrder([update, index]);
  const place = f.local("i32");
  const last = loops.length - 1;
  const byRow = last >= 0 && at.coefficients[last] === 1 && !dependsOn(inOrder([index]), last);

  // The target is addressed by hand: where it lies depends on data.
  const addHere = (valid: number): void => {
    const value = points.value(update, []);
    const chosen = points.value(index, []);
    f.get(chosen.local).lane("i32x4.extract_lane", 0).set(place);
    f.get(place).i32(extent).op("i32.lt_u");
    f.if(() => {
      fn.scaled(place, stride * bytesOf[dtype])
        .get(fn.base(target))
        .op("i32.add");
      f.i32(at.base * bytesOf[dtype])
        .op("i32.add")
        .set(place);
      counters.forEach((counter, d) => {
        if (at.coefficients[d] === 0) return;
        fn.scaled(counter, at.coefficients[d] * bytesOf[dtype])
          .get(place)
          .op("i32.add")
          .set(place);
      });
      const sum = lanes.add(points.loadFrom(place, dtype, valid), value);
      points.storeTo(place, sum, valid);
    });
  };

  const counters = loops.map(() => f.local("i32"));
  const touched = accesses(exprs, []);
  const loop = (d: number): void => {
    if (d === loops.length) return addHere(1);
    const counter = counters[d];
    f.i32(0).set(counter);
    const vector = byRow && d === last;
    const body = (valid: number): void => {
      points.validLanes = vector ? valid : 4;
      points.inside({ loop: d, counter, vector }, touched, () => {
        if (vector) addHere(valid);
        else loop(d + 1);
      });
      points.validLanes = 4;
    };
    if (!vector) return fn.countUp(counter, loops[d], 1, () => body(1));
    const whole = Math.floor(loops[d] / 4) * 4;
    if (whole > 0) fn.countUp(counter, whole, 4, () => body(4));
    if (whole < loops[d]) {
      f.i32(whole).set(counter);
      body(loops[d] - whole);
    }
  };
  loop(0);
}

function dependsOn(exprs: ReturnType<typeof inOrder>, loop: number): boolean {
  return exprs.some((expr) => "at" in expr && (expr.at as Affine).coefficients[loop] !== 0);
}

/** Bytes that a unit of a fill writes. */
const fillBlock = 2 ** 16;

/** Units are blocks of bytes; the last one has what is left over. */
export function writeFill(context: ModuleContext, fill: Fill): WrittenKernel {
  // Not a byte more: behind the buffer of a loop's step lies that of the next.
  const bytes = fill.length * bytesOf[fill.dtype];
  const units = Math.max(1, Math.ceil(bytes / fillBlock));
  return kernelFunction(context, fill, fill.name, (fn) => {
    const { f } = fn;
    const whole = Math.floor(bytes / 16) * 16;
    const [offset, stop] = [f.local("i32"), f.local("i32")];
    const stopAt = (limit: number): void => {
      fn.scaled(parameters.end, fillBlock).tee(stop).i32(limit);
      f.get(stop).i32(limit).op("i32.lt_u").op("select").set(stop);
    };
    fn.scaled(parameters.begin, fillBlock).set(offset);
    if (Object.is(fill.value, 0)) {
      stopAt(bytes);
      f.get(fn.base(fill.buffer)).get(offset).op("i32.add").i32(0);
      f.get(stop).get(offset).op("i32.sub").op("memory.fill");
      return units;
    }
    const value = fn.lanes.constant(fill.value, fill.dtype).local;
    stopAt(whole);
    f.get(offset).get(stop).op("i32.lt_u");
    f.if(() =>
      fn.countUp(offset, { local: stop }, 16, () => {
        f.get(fn.base(fill.buffer)).get(offset).op("i32.add").get(value).store("v128.store");
      }),
    );
    if (whole === bytes) return units;
    f.get(parameters.end).i32(units).op("i32.eq");
    f.if(() => {
      for (let at = whole; at < bytes; at += 4) {
        f.get(fn.base(fill.buffer))
          .get(value)
          .storeLane("v128.store32_lane", (at - whole) / 4, at);
      }
    });
    return units;
  });
}
