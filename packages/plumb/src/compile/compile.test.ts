import { expect, it } from "vitest";
import { gradients } from "../autodiff/reverse.ts";
import { interpret } from "../interpret/interpret.ts";
import type { Graph, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { compare, elementwise, g, makeNode, place, reduce } from "../ops/index.ts";
import { parameterLike, resultOf, type LoopCall } from "../ops/loop.ts";
import { dataNode } from "../../test/support/samples.ts";
import { randomGraph } from "../../test/support/random-graphs.ts";
import { assign, variable } from "../../test/support/residents.ts";
import { simplify } from "./1-simplify.ts";
import { paddedBytes } from "./5-memory.ts";
import { compile } from "./compile.ts";
import { readsOf, writesOf } from "./expr.ts";
import { isLeaf } from "./nodes.ts";
import type { Program } from "./kernel.ts";

const leaves = (graph: Graph): Node[] => topological([...graph.outputs, ...graph.effects]).filter(isLeaf);
const programOf = (graph: Graph, fuse = true): Program =>
  compile(graph, leaves(graph), { packing: () => ({ words: 0, ahead: false }), fuse });
const kernels = (program: Program): string[] =>
  program.steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel.name] : []));

const input = (shape: number[]): Node =>
  dataNode(
    { shape, dtype: "float32" },
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
  );

it("a dense layer's forward pass is one kernel", () => {
  const x = input([32, 64]);
  const w = input([64, 16]);
  const bias = g.broadcast(g.reshape(input([16]), [1, 16]), [32, 16]);
  const out = makeNode(elementwise.tanh, [g.add(g.matmul(x, w), bias)]);
  expect(kernels(programOf({ outputs: [out], effects: [] }))).toEqual(["matmul+tanh"]);
});

it("an update of three variables from one gradient rides on the product that makes it", () => {
  const [w, m, v] = [0, 1, 2].map((id) => variable(id, [8, 4]));
  const x = input([5, 8]);
  const loss = g.sum(makeNode(elementwise.tanh, [g.matmul(x, w)]), [0, 1]);
  const [dw] = gradients(loss, [w], g) as [Node];
  const nextM = g.add(g.mul(m, g.constant(0.9, m)), dw);
  const nextV = g.add(g.mul(v, g.constant(0.99, v)), g.mul(dw, dw));
  const nextW = g.sub(w, g.div(nextM, makeNode(elementwise.sqrt, [nextV])));
  const program = programOf({ outputs: [], effects: [assign(m, nextM), assign(v, nextV), assign(w, nextW)] });
  const last = program.steps.findLast((step) => step.kind === "kernel");
  expect(last?.kernel.kind).toBe("product");
  expect([...writesOf(last!.kernel)].map((b) => program.buffers[b].place.kind)).toEqual([
    "assigned",
    "assigned",
    "assigned",
  ]);
});

it("folds over the same loops of the same value are one pass", () => {
  const x = input([6, 9]);
  const folded = [reduce.sum, reduce.max, reduce.min].map((op) =>
    makeNode(op, [x], { axes: [1], keepDims: false }),
  );
  expect(kernels(programOf({ outputs: folded, effects: [] }))).toEqual(["sum+max+min"]);
});

/** What a kernel does at the points of its rows, stage by stage: values folded and values stored. */
const stagesOf = (program: Program): string[] =>
  program.steps.flatMap((step) =>
    step.kind === "kernel" && step.kernel.kind === "nest"
      ? [step.kernel.stages.map(({ folds, stores }) => `${folds.length}+${stores.length}`).join(" ")]
      : [],
  );
const folded = (op: typeof reduce.sum, x: Node, axis = 1): Node =>
  g.broadcast(makeNode(op, [x], { axes: [axis], keepDims: true }), x.shape);
const softmaxOf = (x: Node, axis = 1): Node => {
  const powers = makeNode(elementwise.exp, [g.sub(x, folded(reduce.max, x, axis))]);
  return g.div(powers, folded(reduce.sum, powers, axis));
};

it("softmax is one kernel, which stores each power once and scales it in place", () => {
  const x = input([40, 500]);
  const program = programOf({ outputs: [softmaxOf(x)], effects: [] });
  expect(stagesOf(program)).toEqual(["1+0 1+1 0+1"]);
  expect(program.arenaBytes).toBe(paddedBytes({ dtype: "float32", length: 40 * 500 })); // of x, whose place it takes
});

it("the gradient of a softmax is one kernel", () => {
  const [y, dy] = [input([40, 500]), input([40, 500])];
  const dx = g.mul(y, g.sub(dy, folded(reduce.sum, g.mul(y, dy))));
  expect(stagesOf(programOf({ outputs: [dx], effects: [] }))).toEqual(["1+0 0+1"]);
});

it("few long rows are left to as many kernels as there are passes, so that threads can share them", () => {
  const x = input([2, 50_000]);
  expect(kernels(programOf({ outputs: [softmaxOf(x)], effects: [] })).length).toBe(4);
});

it("rows across memory are gone over again only where they stay in the cache", () => {
  const alongColumns = (shape: number[]): Program =>
    programOf({ outputs: [softmaxOf(input(shape), 0)], effects: [] });
  expect(kernels(alongColumns([800, 40])).length).toBe(1);
  expect(kernels(alongColumns([8000, 40])).length).toBe(4);
});

it("equal nodes are computed once", () => {
  const x = input([7]);
  const twice = [makeNode(elementwise.exp, [x]), makeNode(elementwise.exp, [x])];
  const { outputs } = simplify({ outputs: twice, effects: [] });
  expect(outputs[0]).toBe(outputs[1]);
});

it("equal results of one loop are computed once, those of different loops each", () => {
  const x = input([4, 3]);
  const state = parameterLike(input([3]));
  const slice = parameterLike(input([3]));
  const next = g.add(state, slice);
  const recurrence = { parameters: [state, slice], states: [next] };
  const attrs = { count: 4, scans: 1, reverse: false, recompute: false };
  const call = (start: Node): LoopCall => ({ inputs: [start, x], attrs, recurrence });
  const start = input([3]);
  const results = [resultOf(call(start), 0), resultOf(call(start), 0), resultOf(call(start), next)];
  const other = resultOf(call(input([3])), 0);
  const { outputs } = simplify({ outputs: [...results, other], effects: [] });
  expect(new Set(outputs).size).toBe(3);
  expect(outputs[1]).toBe(outputs[0]);
  expect(kernels(programOf({ outputs, effects: [] })).filter((name) => name === "loop").length).toBe(2);
});

it("simplification keeps NaN, infinities and the sign of zero", () => {
  const values = Float32Array.of(NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e-45);
  const x = dataNode({ shape: [8], dtype: "float32" }, values);
  const one = g.constant(1, x);
  const zero = g.constant(0, x);
  const roots = [
    g.mul(x, one),
    g.mul(one, x),
    g.mul(x, zero),
    g.add(x, zero),
    g.sub(x, zero),
    g.sub(zero, x),
    g.div(x, one),
    g.div(x, x),
    g.pow(x, g.constant(2, x)),
    g.pow(x, one),
    g.neg(g.neg(x)),
    g.where(g.equal(x, x), x, x),
    makeNode(compare.isNaN, [x]),
  ];
  const simple = simplify({ outputs: roots, effects: [] }).outputs;
  const expected = interpret(roots);
  interpret(simple).forEach((result, k) => {
    expect([...result].map((r) => `${Object.is(r, -0) ? "-0" : r}`)).toEqual(
      [...expected[k]].map((e) => `${Object.is(e, -0) ? "-0" : e}`),
    );
  });
});

it("buffers that are alive together share no bytes, but for what is overwritten at each point by what it gave", () => {
  for (let seed = 0; seed < 150; seed++) {
    const outputs = randomGraph(seed, 10 + (seed % 60));
    const program = programOf({ outputs, effects: [] }, seed % 2 === 0);
    const order = program.steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel] : []));
    const lives = program.buffers.map((buffer, i) => {
      const used = order.flatMap((kernel, at) =>
        readsOf(kernel).has(i) || writesOf(kernel).has(i) ? [at] : [],
      );
      if (buffer.place.kind === "input") used.push(-1);
      if (program.outputs.includes(i)) used.push(order.length);
      return [Math.min(...used), Math.max(...used)];
    });
    program.buffers.forEach((a, i) => {
      program.buffers.slice(i + 1).forEach((b, rest) => {
        const j = i + 1 + rest;
        if (!("offset" in a.place) || !("offset" in b.place)) return;
        const together = lives[i][0] <= lives[j][1] && lives[j][0] <= lives[i][1];
        const apart =
          a.place.offset + paddedBytes(a) <= b.place.offset ||
          b.place.offset + paddedBytes(b) <= a.place.offset;
        const handedOn =
          a.place.offset === b.place.offset && (lives[i][1] === lives[j][0] || lives[j][1] === lives[i][0]);
        expect(!together || apart || handedOn, `seed ${seed}: buffers ${i} and ${j}`).toBe(true);
      });
    });
  }
});

it("a barrier stands between whoever writes and whoever reads", () => {
  for (let seed = 0; seed < 60; seed++) {
    const program = programOf({ outputs: randomGraph(seed, 30), effects: [] });
    let written = new Set<number>();
    for (const step of program.steps) {
      if (step.kind === "barrier") written = new Set();
      if (step.kind !== "kernel") continue;
      for (const buffer of readsOf(step.kernel)) expect(written.has(buffer)).toBe(false);
      for (const buffer of writesOf(step.kernel)) written.add(buffer);
    }
  }
});

it("maps of the same points that share what they read are one kernel", () => {
  const x = input([30, 20]);
  const half = (start: number): Node => g.slice(x, [0, start], [30, 10], [1, 1]);
  const gates = [elementwise.tanh, elementwise.sigmoid].map((op, i) => makeNode(op, [half(10 * i)]));
  expect(kernels(programOf({ outputs: gates, effects: [] }))).toEqual(["tanh+sigmoid"]);
});

it("a map beside another leaves it to write over its variable", () => {
  const [w, x] = [variable(0, [6, 6]), input([6, 6])];
  const next = makeNode(elementwise.tanh, [g.add(w, x)]);
  const turned = makeNode(elementwise.tanh, [g.add(g.transpose(w, [1, 0]), x)]);
  const program = programOf({ outputs: [turned], effects: [assign(w, next)] });
  expect(kernels(program)).toEqual(["tanh", "tanh"]);
});

it("neighbours of one shape are laid side by side in one pass", () => {
  const x = input([5, 8]);
  const parts = [elementwise.tanh, elementwise.sin, elementwise.sigmoid].map((op) => makeNode(op, [x]));
  const joined = makeNode(place.concat, parts, { axis: 1 });
  expect(kernels(programOf({ outputs: [joined], effects: [] }))).toEqual(["concat"]);
});

it("where two updates need each other's old value the smaller is copied, and nobody who only waits", () => {
  const [c, a, b] = [
    [9, 6],
    [6, 6],
    [6, 1],
  ].map((shape, id) => variable(id, shape));
  const nextA = makeNode(elementwise.tanh, [g.add(a, g.broadcast(b, [6, 6]))]);
  const nextB = makeNode(elementwise.tanh, [g.matmul(a, input([6, 1]))]);
  const nextC = g.mul(c, g.constant(0.5, c));
  const effects = [assign(c, nextC), assign(a, nextA), assign(b, nextB)];
  const program = programOf({ outputs: [g.matmul(c, nextA)], effects });
  const copied = program.steps.flatMap((step) =>
    step.kind === "kernel" && step.kernel.name === "copy" ? [...writesOf(step.kernel)] : [],
  );
  expect(copied.map((buffer) => program.buffers[buffer].place)).toEqual([{ kind: "assigned", index: 2 }]);
});
