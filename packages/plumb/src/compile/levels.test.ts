import { expect, it } from "vitest";
import { Choices, leaf, randomGraph } from "../../test/support/random-graphs.ts";
import { assign, variable } from "../../test/support/residents.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { compare, effect, elementwise, g, makeNode } from "../ops/index.ts";
import { compile } from "./compile.ts";
import { paddedBytes } from "./5-memory.ts";
import { readsOf, writesOf } from "./expr.ts";
import type { Program, Step } from "./kernel.ts";
import { isLeaf } from "./nodes.ts";

const leavesOf = ({ outputs, effects }: Graph): Node[] =>
  topological([...outputs, ...effects]).filter(isLeaf);
/** Compiled for a backend that packs the right operands of all products. */
const programOf = (graph: Graph): Program =>
  compile(graph, leavesOf(graph), { packing: ({ n }) => ({ words: 16 * n, ahead: true }) });

function levelsOf({ steps }: Program): Step[][] {
  const levels: Step[][] = [[]];
  for (const step of steps) {
    if (step.kind === "barrier") levels.push([]);
    else levels[levels.length - 1].push(step);
  }
  return levels;
}

function usesOf(step: Step): { reads: number[]; writes: number[] } {
  switch (step.kind) {
    case "kernel":
      return { reads: [...readsOf(step.kernel)], writes: [...writesOf(step.kernel)] };
    case "pack":
      return { reads: [step.kernel.b.buffer], writes: [step.kernel.packed as number] };
    case "guard":
      return { reads: [step.buffer], writes: [] };
    case "barrier":
      return { reads: [], writes: [] };
  }
}

const tanh = (x: Node): Node => makeNode(elementwise.tanh, [x]);

/** Asks that nothing in a level touches bytes that something else in it writes, variables old and new among them. */
function expectIndependence(graph: Graph, program: Program, label: string): void {
  const leaves = leavesOf(graph);
  const blockOf = (i: number): { name: unknown; from: number; to: number } => {
    const { place, dtype, length } = program.buffers[i];
    const to = paddedBytes({ dtype, length });
    if ("offset" in place) return { name: "arena", from: place.offset, to: place.offset + to };
    const { binding } = place.kind === "resident" ? leaves[place.slot] : graph.effects[place.index];
    return { name: binding?.kind === "resident" ? binding.resident : undefined, from: 0, to };
  };
  const meet = (i: number, j: number): boolean => {
    const [a, b] = [blockOf(i), blockOf(j)];
    return a.name === b.name && a.from < b.to && b.from < a.to;
  };
  for (const level of levelsOf(program)) {
    level.forEach((step, i) => {
      const { writes } = usesOf(step);
      for (const other of level.filter((_, j) => j !== i)) {
        const { reads, writes: written } = usesOf(other);
        const clash = writes.find((a) => [...reads, ...written].some((b) => meet(a, b)));
        expect(clash, label).toBeUndefined();
      }
    });
  }
}

it("nothing in a level touches what something else in it writes", () => {
  for (let seed = 0; seed < 60; seed++) {
    const choices = new Choices(seed);
    const [w, v] = [variable(0, [9, 9]), variable(1, [9, 9])];
    const x = leaf([9, 9], choices);
    const h = tanh(g.matmul(x, w));
    // One variable is read in step with its update and one is not; both are read by others too.
    const effects = [assign(w, g.sub(w, g.matmul(x, h))), assign(v, g.add(g.matmul(h, v), g.mul(v, w)))];
    const outputs = [...randomGraph(seed, 5 + seed), g.sum(v, [0]), g.matmul(g.transpose(w, [1, 0]), v)];
    const graph = { outputs, effects };
    expectIndependence(graph, programOf(graph), `seed ${seed}`);
  }
});

it("what is read beside in the same level is not overwritten in place", () => {
  for (let seed = 0; seed < 20; seed++) {
    const x = tanh(g.matmul(leaf([20, 30], new Choices(seed)), leaf([30, 40], new Choices(seed + 1))));
    const turned = g.matmul(g.transpose(x, [1, 0]), leaf([20, 5], new Choices(seed)));
    const graph = {
      outputs: [g.sum(makeNode(elementwise.sin, [x]), [0]), tanh(g.sum(turned, [0]))],
      effects: [],
    };
    expectIndependence(graph, programOf(graph), `seed ${seed}`);
  }
});

/** Where the steps stand that read a variable's old value, and that write its new one. */
function touching({ steps, buffers }: Program): { read: number[]; written: number[] } {
  const touches = (touched: readonly number[], kind: "resident" | "assigned"): boolean =>
    touched.some((i) => buffers[i].place.kind === kind);
  return {
    read: steps.flatMap((step, at) => (touches(usesOf(step).reads, "resident") ? [at] : [])),
    written: steps.flatMap((step, at) => (touches(usesOf(step).writes, "assigned") ? [at] : [])),
  };
}
const halved = (w: Node): Node => assign(w, g.mul(w, g.constant(0.5, w)));

it("an update waits for all who read the old value", () => {
  const [w, x] = [variable(0, [9, 9]), leaf([9, 9], new Choices(3))];
  const late = g.matmul(tanh(g.matmul(tanh(g.matmul(x, x)), x)), g.transpose(w, [1, 0]));
  const program = programOf({ outputs: [late], effects: [halved(w)] });
  const { read, written } = touching(program);
  expect(written).toEqual([read.at(-1)]); // packing reads it, the product, and last the update itself
  expect(program.steps.slice(read[0], written[0]).some(({ kind }) => kind === "barrier")).toBe(true);
});

it("an update waits for all checks", () => {
  const [w, x] = [variable(0, [9, 9]), leaf([9, 9], new Choices(3))];
  const size = g.sum(tanh(g.matmul(x, x)), [0, 1]);
  const explain = (): Error => new Error("too large");
  const inputs = [x, makeNode(compare.less, [size, g.constant(9, size)])];
  const checked = makeNode(effect.check, inputs, {}, { kind: "check", explain });
  const program = programOf({ outputs: [], effects: [halved(w), checked] });
  const looked = program.steps.findIndex(({ kind }) => kind === "guard");
  const [written] = touching(program).written;
  expect(looked).toBeGreaterThan(0);
  expect(program.steps.slice(looked, written).some(({ kind }) => kind === "barrier")).toBe(true);
});

it("checks are looked at in their order, however long each has to wait", () => {
  const x = leaf([9, 9], new Choices(3));
  const deep = g.sum(tanh(g.matmul(tanh(g.matmul(x, x)), x)), [0, 1]);
  const [flat, other] = [0, 1].map((axis) => g.sum(g.sum(x, [axis]), [0]));
  const checkOf = (size: Node): Node => {
    const inputs = [size, makeNode(compare.less, [size, g.constant(9, size)])];
    return makeNode(effect.check, inputs, {}, { kind: "check", explain: () => new Error("too large") });
  };
  for (const sizes of [
    [flat, other],
    [deep, flat, other],
    [flat, deep, other],
  ]) {
    const { steps } = programOf({ outputs: [], effects: sizes.map(checkOf) });
    const looked = steps.flatMap((step) => (step.kind === "guard" ? [step.check] : []));
    expect(looked).toEqual(sizes.map((_, i) => i));
  }
});

it("updates of variables stand side by side, however many there are", () => {
  const barriers = (count: number): number => {
    const x = leaf([8, 8], new Choices(1));
    const effects = Array.from({ length: count }, (_, id) => {
      const w = variable(id, [8, 8]);
      return assign(w, g.sub(w, g.matmul(x, tanh(g.mul(x, g.constant(id, x))))));
    });
    return levelsOf(programOf({ outputs: [], effects })).length;
  };
  expect(barriers(12)).toBe(barriers(1));
});

it("the right operand of a product is packed beside what comes before it", () => {
  let x = leaf([8, 8], new Choices(1));
  for (let i = 0; i < 5; i++) x = tanh(g.matmul(x, leaf([8, 8], new Choices(i))));
  const levels = levelsOf(programOf({ outputs: [x], effects: [] }));
  const kinds = levels.map((level) => level.map(({ kind }) => kind).sort());
  const beside = ["kernel", "pack"];
  expect(kinds).toEqual([["pack"], beside, beside, beside, beside, ["kernel"]]);
});

it("what could stand side by side does not where it would need much more memory", () => {
  const branches = 40;
  const total = Array.from({ length: branches }, (_, i) => {
    const x = g.mul(leaf([300], new Choices(i)), g.constant(i + 1, leaf([300], new Choices(i))));
    const wide = g.matmul(g.reshape(x, [300, 1]), leaf([1, 300], new Choices(i)));
    return g.sum(g.matmul(tanh(wide), leaf([300, 2], new Choices(i))), [0]);
  }).reduce((sum, one) => g.add(sum, one));
  const { arenaBytes } = programOf({ outputs: [total], effects: [] });
  const one = 4 * 300 * 300;
  expect(arenaBytes).toBeGreaterThan(one);
  expect(arenaBytes).toBeLessThan(5 * one);
});
