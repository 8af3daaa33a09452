/** Variables in graphs that are drawn by hand. */
import type { Node } from "../../src/graph/node.ts";
import { effect, makeNode, source } from "../../src/ops/index.ts";

/** A float32 variable, as graphs read it. */
export const variable = (id: number, shape: number[]): Node =>
  makeNode(
    source.resident,
    [],
    { shape, dtype: "float32" },
    { kind: "resident", resident: { id, shape, dtype: "float32" } },
  );

/** The assignment of a new value to it. */
export const assign = (to: Node, value: Node): Node => makeNode(effect.assign, [value], {}, to.binding);
