/**
 * Expressions for the values of a kernel. A value is found by walking up from what is wanted: through views by composing
 * their coordinate maps, through element-wise nodes by applying them, until a finished buffer is loaded.
 */
import { stridesOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import type { GatherOp } from "../graph/op.ts";
import { AffineAlgebra, affineCounter, affineWiden, flatOffset, type Affine } from "./affine.ts";
import type { Expr } from "./kernel.ts";
import { counters, withoutChecks } from "./nodes.ts";

/** What the group being lowered says of a node. */
export interface Home {
  /** True when the group computes it, at the point its loops stand at. */
  isOwn(node: Node): boolean;
  /** True when its value stands in a buffer, or is computed by the group. */
  isFinished(node: Node): boolean;
  bufferOf(node: Node): number;
  /** What an own member is, where it is not an expression of its inputs. */
  special(node: Node): Expr | undefined;
  /** Which axis of an own member each loop counts; -1 for none. */
  loopAxes(member: Node): number[];
}

/** Values that were found before, by node and coordinates. */
type Known = Map<Node, Map<string, Expr>>;

/** Expressions for values at given coordinates, each built once per stage of a kernel. */
export class Values {
  private readonly algebra: AffineAlgebra;
  private readonly home: Home;
  private readonly outer: number;
  /** By whether they differ along the loops after the outer ones: what does not is the same in all stages. */
  private readonly known: { readonly inner: Known; readonly outer: Known };

  constructor(extents: readonly number[], home: Home, outer = extents.length, known: Known = new Map()) {
    this.algebra = new AffineAlgebra(extents);
    this.home = home;
    this.outer = outer;
    this.known = { inner: new Map(), outer: known };
  }

  /** The values of another stage of the same kernel. */
  next(): Values {
    return new Values(this.algebra.extents, this.home, this.outer, this.known.outer);
  }

  of(node: Node, at: readonly Affine[]): Expr {
    const source = withoutChecks(node);
    const key = at.map((c) => `${c.base}+${c.coefficients.join(",")}`).join(";");
    const inner = at.some(({ coefficients }) => coefficients.some((c, d) => d >= this.outer && c !== 0));
    const known = inner ? this.known.inner : this.known.outer;
    let found = known.get(source);
    if (found === undefined) known.set(source, (found = new Map()));
    let expr = found.get(key);
    if (expr === undefined) {
      expr = this.build(source, at);
      found.set(key, expr);
    }
    return expr;
  }

  /** The finished buffer under a chain of views. */
  locate(node: Node, at: readonly Affine[]): { buffer: number; at: Affine } {
    const source = withoutChecks(node);
    const loops = this.algebra.extents.length;
    if (this.home.isFinished(source)) {
      return { buffer: this.home.bufferOf(source), at: flatOffset(at, stridesOf(source.shape), loops) };
    }
    const { op, attrs, shape } = source;
    if (op.kind !== "view") throw new Error(`${op.name} should have been finished`);
    const input = withoutChecks(source.inputs[0]);
    if (op.keepsOrder && this.home.isFinished(input)) {
      return { buffer: this.home.bufferOf(input), at: flatOffset(at, stridesOf(shape), loops) };
    }
    return this.locate(input, op.read(this.algebra, at, { attrs, shape }, input.shape));
  }

  private build(node: Node, at: readonly Affine[]): Expr {
    const { op, attrs, inputs, shape, dtype } = node;
    const loops = this.algebra.extents.length;
    const own = this.home.isOwn(node);
    if (own) {
      const special = this.home.special(node);
      if (special !== undefined) return special;
    } else if (this.home.isFinished(node)) {
      return {
        kind: "load",
        buffer: this.home.bufferOf(node),
        at: flatOffset(at, stridesOf(shape), loops),
        dtype,
      };
    }
    switch (op.kind) {
      case "source":
        if (op.form === "iota") return this.converted(at[attrs.axis as number], dtype);
        return { kind: "constant", value: attrs.value as number, dtype };
      case "elementwise":
        return { kind: "apply", op, args: inputs.map((input) => this.of(input, at)), attrs, dtype };
      case "view": {
        const input = withoutChecks(inputs[0]);
        if (op.keepsOrder && this.home.isFinished(input)) {
          if (this.home.isOwn(input)) return this.of(input, counters(input, this.home.loopAxes(input)));
          const offset = flatOffset(at, stridesOf(shape), loops);
          return { kind: "load", buffer: this.home.bufferOf(input), at: offset, dtype };
        }
        return this.of(input, op.read(this.algebra, at, { attrs, shape }, input.shape));
      }
      case "gather": {
        const [x, indices] = inputs.map(withoutChecks);
        const index = this.of(indices, op.indexAt(at, attrs, x.shape, indices.shape));
        return this.gathered(op, node, x, indices, at, index);
      }
      case "random": {
        const [key0, key1, counter] = inputs.map((input) => this.of(input, []));
        const element: Expr = {
          kind: "counter",
          at: flatOffset(at, stridesOf(shape), loops),
          dtype: "int32",
        };
        return { kind: "random", op, key: [key0, key1, counter], element, dtype: "int32" };
      }
      case "reduce":
      case "scan":
      case "sort":
      case "place":
      case "contract":
      case "scatter":
      case "composite":
      case "loop":
      case "effect":
        throw new Error(`${op.name} cannot be computed at a point`);
    }
  }

  private converted(at: Affine, dtype: Node["dtype"]): Expr {
    const counter: Expr = { kind: "counter", at, dtype: "int32" };
    return dtype === "int32" ? counter : { kind: "convert", value: counter, dtype };
  }

  /** A gather from a finished buffer, seen through the views that lie over it. */
  private gathered(
    op: GatherOp,
    node: Node,
    x: Node,
    indices: Node,
    at: readonly Affine[],
    index: Expr,
  ): Expr {
    const { extents } = this.algebra;
    const extent = x.shape[op.axis(node.attrs)];
    const wider = new Values([...extents, extent], this.home);
    const counter = affineCounter(extents.length, extents.length + 1);
    const found = wider.locate(x, op.read(at.map(affineWiden), counter, node.attrs, x.shape, indices.shape));
    return { kind: "gather", buffer: found.buffer, ...split(found.at), extent, index, dtype: node.dtype };
  }
}

/** An offset whose last loop is the index of a gather, as the offset at index 0 and the stride of the index. */
export function split(wide: Affine): { at: Affine; stride: number } {
  const { base, coefficients } = wide;
  return {
    at: { base, coefficients: coefficients.slice(0, -1) },
    stride: coefficients[coefficients.length - 1],
  };
}
