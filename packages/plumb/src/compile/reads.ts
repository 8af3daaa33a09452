/** Which finished values computing a node takes, and at which of their elements. */
import { stridesOf } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { AffineAlgebra, NotAffine, affineCounter, affineWiden, flatOffset, type Affine } from "./affine.ts";
import { withoutChecks } from "./nodes.ts";

/** One read of a finished value. */
export interface Read {
  readonly node: Node;
  /** Which element, as a function of the reader's loops over its result; undefined when that is no such function. */
  readonly at: Affine | undefined;
}

/** Collects the finished values under a node, with the offsets at which they are read. */
export class ReadWalk {
  readonly found: Read[] = [];
  private readonly algebra: AffineAlgebra;
  private readonly isFinished: (node: Node) => boolean;
  private readonly seen = new Set<string>();
  private readonly numbers = new Map<Node, number>();

  constructor(extents: readonly number[], isFinished: (node: Node) => boolean) {
    this.algebra = new AffineAlgebra(extents);
    this.isFinished = isFinished;
  }

  /** Undefined when all went well, or the node that has to be finished first. */
  from(node: Node, at: readonly Affine[]): Node | undefined {
    const source = withoutChecks(node);
    const loops = this.algebra.extents.length;
    if (this.isFinished(source)) {
      this.found.push({ node: source, at: flatOffset(at, stridesOf(source.shape), loops) });
      return undefined;
    }
    let number = this.numbers.get(source);
    if (number === undefined) this.numbers.set(source, (number = this.numbers.size));
    const key = `${number}@${at.map((c) => `${c.base}+${c.coefficients.join(",")}`).join(";")}`;
    if (this.seen.has(key)) return undefined;
    this.seen.add(key);
    const { op, attrs, inputs, shape } = source;
    switch (op.kind) {
      case "source":
        return undefined;
      case "elementwise":
        return firstOf(inputs, (input) => this.from(input, at));
      case "random":
        return firstOf(inputs, (input) => this.from(input, []));
      case "view": {
        const input = withoutChecks(inputs[0]);
        if (op.keepsOrder && this.isFinished(input)) {
          this.found.push({ node: input, at: flatOffset(at, stridesOf(shape), loops) });
          return undefined;
        }
        try {
          return this.from(input, op.read(this.algebra, at, { attrs, shape }, input.shape));
        } catch (error) {
          if (error instanceof NotAffine) return input;
          throw error;
        }
      }
      case "gather": {
        const [x, indices] = inputs.map(withoutChecks);
        const blocked = this.from(indices, op.indexAt(at, attrs, x.shape, indices.shape));
        if (blocked !== undefined) return blocked;
        // The index found there is one more counter, so that views between the gather and x are followed for any index.
        const wider = new ReadWalk([...this.algebra.extents, x.shape[op.axis(attrs)]], this.isFinished);
        const index = affineCounter(loops, loops + 1);
        const unfinished = wider.from(x, op.read(at.map(affineWiden), index, attrs, x.shape, indices.shape));
        this.found.push(...anywhere(wider.found));
        return unfinished;
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
        throw new Error(`${op.name} was not finished before its readers`);
    }
  }
}

function firstOf<T>(items: readonly T[], visit: (item: T) => Node | undefined): Node | undefined {
  for (const item of items) {
    const blocked = visit(item);
    if (blocked !== undefined) return blocked;
  }
  return undefined;
}

/** Reads made inside loops of their own, so not in step with the result. */
export const anywhere = (reads: readonly Read[]): Read[] =>
  reads.map(({ node }) => ({ node, at: undefined }));
