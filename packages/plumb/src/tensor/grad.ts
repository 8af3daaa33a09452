/** Derivatives: of a target, of a function, or of what a tape has seen. */
import { PlumbError } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { gradients as reverse } from "../autodiff/reverse.ts";
import { g } from "../ops/builder.ts";
import { topological } from "../graph/order.ts";
import { isCut } from "./cuts.ts";
import { limits } from "./engine.ts";
import { currentTrace, withRecording, type Recording } from "./context.ts";
import { asTensor, derived, type TensorLike } from "./operand.ts";
import { notReadable, want } from "./run.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

/** What can be differentiated by: a tensor that the target was computed from, or a variable that was read for it. */
export type Source = Tensor | Variable;

/** Gradients from node to node, zeros where there is no path, as tensors. */
function between(target: Node, sources: readonly Node[]): Tensor[] {
  const found = reverse(target, sources, g);
  const nodes = found.map((node, i) => node ?? g.constant(0, sources[i]));
  const pending = currentTrace() ? 0 : topological(nodes).length;
  return nodes.map((node) => derived(node, [], pending));
}

/** A path that is gone would be left out without a word. */
function requirePaths(target: Node, sources: readonly Node[]): void {
  if (!isCut(target, sources)) return;
  throw new PlumbError("PL1008", {
    asked: `gradients of a ${target.dtype} tensor of shape ${showShape(target.shape)}`,
    arrived: "a target that was computed from a value whose graph was let go",
    why: `reading a value lets go of the graph behind it, as does a pending graph of over ${limits.pendingNodes} operations: the path to the sources is broken there`,
    fix: "compute inside a GradientTape, which keeps the graph; where the value is meant as a constant, wrap it in stopGradient",
  });
}

/**
 * The gradient of `target` by each source: how fast the target changes with each element, in the shape of the source.
 * A target of several elements stands for their sum. Zeros where the target does not depend on a source. PL1008 for a
 * target that is not float, or when the graph between the two was let go because a value on the way was read. Gradients
 * are tensors like others and can be differentiated again.
 */
export function gradients(target: Tensor, sources: readonly Source[]): Tensor[] {
  const nodes = sources.map((source) => asTensor(source).node);
  requirePaths(target.node, nodes);
  return between(target.node, nodes);
}

/**
 * Runs `fn` and remembers what it computes, so that gradients can be asked for afterwards: as often as one likes, after
 * values were read, and after variables were assigned (by the values they had).
 *
 * ```ts
 * const tape = new GradientTape(() => loss.call(y, model.call(x)));
 * const grads = tape.gradient(tape.value, model.trainableVariables);
 * ```
 */
export class GradientTape<T = unknown> {
  /** What the function returned. */
  readonly value: T;
  readonly #recording: Recording = { nodes: new WeakMap() };
  readonly #trace = currentTrace();

  constructor(fn: () => T) {
    this.value = withRecording(this.#recording, fn);
  }

  /** The gradient of `target` by each source, as `gradients` gives it. PL1007 outside the compiled function that it recorded. */
  gradient(target: Tensor, sources: readonly Source[]): Tensor[] {
    const node = this.#nodeOf(target);
    if (this.#trace && this.#trace !== currentTrace()) throw notReadable(node);
    const grads = between(
      node,
      sources.map((source) => this.#nodeOf(source)),
    );
    want(
      node,
      target,
      grads.map((gradient) => gradient.node),
    );
    return grads;
  }

  /** The node that stood behind a handle while the function ran. */
  #nodeOf(source: Source): Node {
    const handle = source instanceof Variable ? source.storage : source;
    return this.#recording.nodes.get(handle) ?? asTensor(source).node;
  }
}

/** Arguments as the tensors that gradients are taken by; variables stay themselves. */
const asSources = (args: readonly TensorLike[]): Source[] =>
  args.map((arg) => (arg instanceof Variable ? arg : asTensor(arg)));

/** What the function of `grad` returns, its gradients by each argument beside it. */
export interface ValueAndGrads {
  readonly value: Tensor;
  readonly grads: Tensor[];
}

/**
 * A function that gives the value of `fn` together with its gradient by each argument. `fn` takes tensors and returns
 * one; if it has several elements, their sum is differentiated.
 *
 * ```ts
 * const { value, grads } = valueAndGrad((x) => x.square().sum())([1, 2, 3]); // 14, [2, 4, 6]
 * ```
 */
export function valueAndGrad<A extends Source[]>(
  fn: (...args: A) => Tensor,
): (...args: { [K in keyof A]: TensorLike }) => ValueAndGrads {
  return (...args) => {
    const sources = asSources(args as TensorLike[]);
    const tape = new GradientTape(() => fn(...(sources as A)));
    return { value: tape.value, grads: tape.gradient(tape.value, sources) };
  };
}

/**
 * The derivative of `fn` as a function: its gradient by the first argument. Applied twice it gives second derivatives
 * of functions of one number.
 *
 * ```ts
 * const slope = grad((x: Tensor) => x.mul(x).sum());
 * slope(3).itemSync(); // 6
 * ```
 */
export function grad<A extends Source[]>(
  fn: (...args: A) => Tensor,
): (...args: { [K in keyof A]: TensorLike }) => Tensor {
  const both = valueAndGrad(fn);
  return (...args) => both(...args).grads[0];
}
