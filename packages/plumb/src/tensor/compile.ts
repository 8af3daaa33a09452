/** `compile(fn)`: one program per signature of the arguments. */
import { dtypeOf, type DType, type HostArray } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { sameShape, type Shape } from "../base/shape.ts";
import { currentTrace, isRecording } from "./context.ts";
import { evaluate, knownValue } from "./run.ts";
import { Tensor } from "./tensor.ts";
import { trace, type Argument, type Traced } from "./trace.ts";
import { leavesOf, matches, patternOf, replaceLeaves, type Pattern } from "./trees.ts";

/** A leaf of the arguments: an input of the program, or something that the function is traced for, by its value. */
type ArgumentLeaf =
  | { readonly kind: "tensor"; readonly shape: Shape; readonly dtype: DType }
  | { readonly kind: "array"; readonly length: number; readonly dtype: DType }
  | { readonly kind: "fixed"; readonly value: unknown };

interface Signature<R> {
  readonly pattern: Pattern<ArgumentLeaf>;
  readonly traced: Traced<R>;
}

/** Signatures that one function keeps; the one that was not used for longest makes room. */
const maxSignatures = 64;

/**
 * The same function, compiled: its first call with arguments of some shapes and dtypes traces it into one program, and
 * every further call with such arguments only runs that program.
 *
 * - Tensors and typed arrays among the arguments, also nested in arrays and plain objects, are inputs. Everything else
 *   (numbers, strings, variables …) is part of the program: a number that changes from call to call is passed as
 *   `scalar(rate)`, or the function is traced for each of its values.
 * - Variables can be read and assigned; random draws are made afresh at each call; other outside effects happen once,
 *   when the function is traced. Reading a value inside is PL1007: choose with `where`, or return it.
 * - Outputs come back as tensors that hold their values. A failed check throws, and then nothing was assigned.
 * - Called while a tape records or inside another compiled function, it runs as if it were not compiled, as a part of
 *   what surrounds it.
 *
 * ```ts
 * const step = compile((x: Tensor, y: Tensor) => {
 *   const { value, grads } = valueAndGrad((w: Variable) => x.matmul(w).sub(y).square().mean())(w);
 *   w.assignSub(grads[0].mul(0.1));
 *   return value;
 * });
 * ```
 */
export function compile<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  let signatures: Signature<R>[] = [];

  return (...args) => {
    if (currentTrace() || isRecording()) return fn(...args);
    const known = signatures.find(({ pattern }) => matches(pattern, args, accepts));
    const signature = known ?? traceFor(fn, args);
    if (signature !== signatures[0]) {
      signatures = [signature, ...signatures.filter((other) => other !== signature)];
      signatures.splice(maxSignatures).forEach((old) => old.traced.dispose());
    }
    signature.traced.run(...leavesOf(args).filter(isInput).map(argumentOf));
    return signature.traced.result();
  };
}

type ArgumentInput = Tensor | HostArray;

const isInput = (value: unknown): value is ArgumentInput =>
  value instanceof Tensor || ArrayBuffer.isView(value);

/** Whether a value fits the leaf: the same fixed value, or an input of the same shape and dtype. */
function accepts(leaf: ArgumentLeaf, value: unknown): boolean {
  switch (leaf.kind) {
    case "fixed":
      return Object.is(leaf.value, value);
    case "tensor":
      return value instanceof Tensor && value.dtype === leaf.dtype && sameShape(value.shape, leaf.shape);
    case "array":
      return (
        ArrayBuffer.isView(value) &&
        dtypeOf(value) === leaf.dtype &&
        (value as HostArray).length === leaf.length
      );
  }
}

const argumentOf = (value: ArgumentInput): Argument =>
  value instanceof Tensor ? (knownValue(value.node) ?? evaluate([value.node])[0]) : value;

function leafOf(value: unknown): ArgumentLeaf {
  if (value instanceof Tensor) return { kind: "tensor", shape: value.shape, dtype: value.dtype };
  if (!ArrayBuffer.isView(value)) return { kind: "fixed", value };
  const dtype = dtypeOf(value);
  if (dtype) return { kind: "array", length: (value as HostArray).length, dtype };
  throw new PlumbError("PL1009", {
    asked: "calling a compiled function",
    arrived: value.constructor.name,
    why: "Plumb does not know how to read it",
    fix: "pass a tensor, a Float32Array, Int32Array, Uint8Array (bool) or Float64Array",
  });
}

function traceFor<A extends unknown[], R>(fn: (...args: A) => R, args: A): Signature<R> {
  const specs: { shape: Shape; dtype: DType }[] = [];
  const pattern = patternOf(args, (value) => {
    const leaf = leafOf(value);
    if (leaf.kind === "tensor") specs.push(leaf);
    if (leaf.kind === "array") specs.push({ shape: [leaf.length], dtype: leaf.dtype });
    return leaf;
  });
  const traced = trace((...tensors) => {
    let next = 0;
    const traceArgs = replaceLeaves(args, (value) =>
      leafOf(value).kind === "fixed" ? value : tensors[next++],
    );
    const returned = fn(...(traceArgs as A));
    if (typeof (returned as { then?: unknown } | undefined)?.then === "function") {
      throw new PlumbError("PL1007", {
        asked: "compiling an async function",
        why: "a function is traced in one go: what it would await has no value yet",
        fix: "compile a function that returns tensors, and await their data outside",
      });
    }
    return returned;
  }, specs);
  return { pattern, traced };
}
