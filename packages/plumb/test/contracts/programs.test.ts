/**
 * Whole programs: random graphs give the same numbers simplified or not, fused or not, as the float64 interpreter; and
 * assignments, whatever their order, write what they should and nothing before every check has passed.
 */
import { describe, expect, it } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { Backend, Block } from "../../src/backends/backend.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import { sizeOf } from "../../src/base/shape.ts";
import type { Node, Resident } from "../../src/graph/node.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import {
  compare,
  contract,
  effect,
  elementwise,
  g,
  makeNode,
  place,
  reduce,
  sort,
  source,
  view,
} from "../../src/ops/index.ts";
import { backends } from "../support/backends.ts";
import { expectClose } from "../support/compare.ts";
import { dataNode } from "../support/samples.ts";
import { Choices, leaf, randomGraph } from "../support/random-graphs.ts";

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe.each(backends)("random graphs on $name", ({ evaluate }) => {
  it.each(seeds)("seed %i", (seed) => {
    const roots = randomGraph(seed, 8 + (seed % 40));
    const expected = interpret(roots);
    evaluate(roots).forEach((values, k) => {
      expectClose(
        values,
        expected[k],
        { what: `seed ${seed}, output ${k}`, shape: roots[k].shape, dtype: roots[k].dtype },
        2e-5,
      );
    });
  });

  it.each(seeds.slice(0, 20))("gradients of seed %i", (seed) => {
    const choices = new Choices(500 + seed);
    const x = leaf([3, 5], choices);
    const roots = [...randomGraph(seed, 6), x];
    const smooth = makeNode(elementwise.tanh, [
      g.matmul(g.transpose(x, [1, 0]), makeNode(elementwise.sin, [x])),
    ]);
    const target = g.sum(g.mul(smooth, smooth), [0, 1]);
    const [dx] = gradients(target, [x], g);
    const wanted = [...roots, target, dx as Node];
    const expected = interpret(wanted);
    evaluate(wanted).forEach((values, k) => {
      expectClose(
        values,
        expected[k],
        { what: `output ${k}`, shape: wanted[k].shape, dtype: "float32" },
        2e-5,
      );
    });
  });
});

/** A backend with variables for it to work on. */
class Bench {
  readonly backend: Backend;
  private readonly blocks = new Map<Resident, Block>();
  private count = 0;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  variable(
    shape: readonly number[],
    values: readonly number[],
  ): { read: Node; resident: Resident; value: () => number[] } {
    const resident: Resident = { id: this.count++, shape, dtype: "float32" };
    const block = this.backend.allocate(4 * sizeOf(shape));
    this.backend.write(block, Float32Array.from(values), "float32");
    this.blocks.set(resident, block);
    const read = makeNode(source.resident, [], { shape, dtype: "float32" }, { kind: "resident", resident });
    return { read, resident, value: () => [...this.backend.read(block, "float32", sizeOf(shape))] };
  }

  assign({ resident }: { resident: Resident }, value: Node): Node {
    return makeNode(effect.assign, [value], {}, { kind: "resident", resident });
  }

  run(
    leaves: readonly Node[],
    effects: readonly Node[],
    outputs: readonly Node[] = [],
  ): { failed: number; outputs: number[][] } {
    const program = this.backend.build({ outputs, effects }, leaves);
    const assigns = effects.filter((node) => node.binding?.kind === "resident");
    const blockOf = (node: Node): Block =>
      this.blocks.get((node.binding as { resident: Resident }).resident) as Block;
    const failed = program.run(
      leaves.map((node) => (node.binding?.kind === "data" ? node.binding.data : blockOf(node))),
      assigns.map(blockOf),
    );
    return { failed, outputs: outputs.map((_, k) => [...program.output(k)]) };
  }
}

const ramp = (n: number, from = 0): number[] => Array.from({ length: n }, (_, i) => from + i);

describe.each([
  ["fused", wasmBackend()],
  ["not fused", wasmBackend({ fuse: false })],
] as const)("assignments, %s", (_name, backend) => {
  it("swap two variables", () => {
    const bench = new Bench(backend);
    const a = bench.variable([5], ramp(5));
    const b = bench.variable([5], ramp(5, 10));
    bench.run([a.read, b.read], [bench.assign(a, b.read), bench.assign(b, a.read)]);
    expect(a.value()).toEqual(ramp(5, 10));
    expect(b.value()).toEqual(ramp(5));
  });

  it("write over a value that others still read, after they have read it", () => {
    const bench = new Bench(backend);
    const a = bench.variable([3, 3], ramp(9));
    const product = g.matmul(a.read, a.read);
    const doubled = g.add(a.read, a.read);
    const { outputs } = bench.run([a.read], [bench.assign(a, doubled)], [product, a.read]);
    expect(outputs[0]).toEqual([15, 18, 21, 42, 54, 66, 69, 90, 111]);
    expect(outputs[1]).toEqual(ramp(9));
    expect(a.value()).toEqual(ramp(9).map((x) => 2 * x));
  });

  it("take a product of the variable itself", () => {
    const bench = new Bench(backend);
    const a = bench.variable([2, 2], [1, 2, 3, 4]);
    bench.run([a.read], [bench.assign(a, g.matmul(a.read, a.read))]);
    expect(a.value()).toEqual([7, 10, 15, 22]);
  });

  it("take a transpose of the variable itself", () => {
    const bench = new Bench(backend);
    const a = bench.variable([3, 3], ramp(9));
    bench.run([a.read], [bench.assign(a, g.add(a.read, g.transpose(a.read, [1, 0])))]);
    expect(a.value()).toEqual([0, 4, 8, 4, 8, 12, 8, 12, 16]);
  });

  it.each([
    ["overwritten by what does not read it", (a: Node, c: Node) => [g.add(c, c), a] as const],
    ["overwritten by what another is computed from", (a: Node, c: Node) => [g.exp(c), g.mul(a, c)] as const],
    ["overwritten by a product", (a: Node, c: Node) => [g.matmul(c, c), a] as const],
  ])("read the old value of a variable that is %s", (_how, make) => {
    const bench = new Bench(backend);
    const values = [[1, 2, 3, 4], [2, 1, 0, 1], [0, 0, 0, 0]]; // prettier-ignore
    const [a, c, b] = values.map((value) => bench.variable([2, 2], value));
    const [next, other] = make(a.read, c.read);
    const both = g.add(next, other);
    const expected = interpret([next, both], (binding) =>
      Float64Array.from(values[(binding as { resident: Resident }).resident.id]),
    );
    bench.run([a.read, c.read], [bench.assign(a, next), bench.assign(b, both)]);
    [a, b].forEach((variable, k) =>
      expectClose(
        Float64Array.from(variable.value()),
        expected[k],
        { what: "variable", shape: [2, 2], dtype: "float32" },
        1e-6,
      ),
    );
  });

  it("give one value to two variables and to an output", () => {
    const bench = new Bench(backend);
    const a = bench.variable([5], ramp(5));
    const b = bench.variable([5], ramp(5, 50));
    const sum = g.add(a.read, b.read);
    const { outputs } = bench.run([a.read, b.read], [bench.assign(a, sum), bench.assign(b, sum)], [sum]);
    const expected = ramp(5).map((x) => 50 + 2 * x);
    expect([a.value(), b.value(), outputs[0]]).toEqual([expected, expected, expected]);
  });

  it.each([
    ["joined", (x: Node) => makeNode(place.concat, [x, g.neg(x)], { axis: 0 })],
    ["summed up on the way", (x: Node) => g.cumsum(x, 0, { exclusive: false, reverse: false })],
    ["sorted", (x: Node) => g.cast(makeNode(sort.argsort, [x], { axis: 0, descending: true }), "float32")],
  ] as const)("give values that are %s to two variables and to an output", (_what, make) => {
    const bench = new Bench(backend);
    const x = bench.variable([4], [3, 1, 4, 2]);
    const value = make(x.read);
    const [expected] = interpret([value], () => Float64Array.of(3, 1, 4, 2));
    const a = bench.variable(value.shape, ramp(sizeOf(value.shape), 50));
    const b = bench.variable(value.shape, ramp(sizeOf(value.shape), 60));
    const { outputs } = bench.run([x.read], [bench.assign(a, value), bench.assign(b, value)], [value]);
    expect([a.value(), b.value(), outputs[0]]).toEqual([[...expected], [...expected], [...expected]]);
  });

  it("use the new value of one variable for another", () => {
    const bench = new Bench(backend);
    const a = bench.variable([4], ramp(4));
    const b = bench.variable([], [0]);
    const next = g.mul(a.read, a.read);
    const total = makeNode(reduce.sum, [g.add(next, a.read)], { axes: [0], keepDims: false });
    bench.run([a.read, b.read], [bench.assign(a, next), bench.assign(b, total)]);
    expect(a.value()).toEqual([0, 1, 4, 9]);
    expect(b.value()).toEqual([20]);
  });

  it("a step of gradient descent on a product updates both factors from the old ones", () => {
    const bench = new Bench(backend);
    const w = bench.variable([2, 3], ramp(6));
    const x = bench.variable([3, 2], ramp(6, 1));
    const loss = g.sum(g.matmul(w.read, x.read), [0, 1]);
    const [dw, dx] = gradients(loss, [w.read, x.read], g);
    bench.run(
      [w.read, x.read],
      [bench.assign(w, g.sub(w.read, dw as Node)), bench.assign(x, g.sub(x.read, dx as Node))],
    );
    expect(w.value()).toEqual([-3, -6, -9, 0, -3, -6]);
    expect(x.value()).toEqual([-2, -1, -2, -1, -2, -1]);
  });
});

describe("checks", () => {
  it("that fail write nothing, whichever comes first in the graph", () => {
    const bench = new Bench(wasmBackend());
    const a = bench.variable([6], ramp(6));
    const b = bench.variable([6], ramp(6));
    const limit = bench.variable([], [3]);
    const small = makeNode(compare.less, [a.read, makeNode(view.broadcast, [limit.read], { shape: [6] })]);
    const ok = makeNode(reduce.min, [small], { axes: [0], keepDims: false });
    const check = makeNode(
      effect.check,
      [g.add(b.read, b.read), ok, a.read],
      {},
      { kind: "check", explain: () => new Error() },
    );
    const leaves = [a.read, b.read, limit.read];
    const effects = [check, bench.assign(b, check), bench.assign(a, g.mul(a.read, a.read))];
    expect(bench.run(leaves, effects).failed).toBe(0);
    expect([a.value(), b.value()]).toEqual([ramp(6), ramp(6)]);
    const relaxed = bench.variable([], [100]);
    const fine = makeNode(compare.less, [a.read, makeNode(view.broadcast, [relaxed.read], { shape: [6] })]);
    const passes = makeNode(reduce.min, [fine], { axes: [0], keepDims: false });
    const passing = makeNode(
      effect.check,
      [g.add(b.read, b.read), passes],
      {},
      { kind: "check", explain: () => new Error() },
    );
    expect(bench.run([a.read, b.read, relaxed.read], [passing, bench.assign(b, passing)]).failed).toBe(-1);
    expect(b.value()).toEqual(ramp(6).map((x) => 2 * x));
  });
});

describe("expressions", () => {
  it.each([
    ["tanh", elementwise.tanh],
    ["sin", elementwise.sin],
  ] as const)("may be 2,500 %s deep", (_name, op) => {
    const x = leaf([5], new Choices(1));
    let root: Node = x;
    for (let i = 0; i < 2500; i++) root = makeNode(op, [root]);
    const [expected] = interpret([root]);
    for (const { evaluate } of backends) {
      expectClose(evaluate([root])[0], expected, { what: "chain", shape: [5], dtype: "float32" }, 1e-3);
    }
  });

  it("that double their operand do not double the work", () => {
    let root: Node = leaf([5], new Choices(2));
    for (let i = 0; i < 100; i++) root = makeNode(elementwise.tanh, [g.add(root, root)]);
    const [expected] = interpret([root]);
    expectClose(
      backends[0].evaluate([root])[0],
      expected,
      { what: "doubling", shape: [5], dtype: "float32" },
      1e-5,
    );
  });
});

describe("memory that the host refuses", () => {
  it("leaves the engine as it was", () => {
    const bench = new Bench(wasmBackend());
    const a = bench.variable([4], ramp(4));
    bench.run([a.read], [bench.assign(a, g.add(a.read, a.read))]);
    const huge = makeNode(
      reduce.sum,
      [
        makeNode(view.reshape, [makeNode(view.broadcast, [a.read], { shape: [2 ** 28, 4] })], {
          shape: [2 ** 30],
        }),
      ],
      { axes: [0], keepDims: false },
    );
    const kept = makeNode(view.broadcast, [a.read], { shape: [2 ** 28, 4] });
    expect(() => bench.run([a.read], [], [kept, huge])).toThrow(/PL7001/);
    const b = bench.variable([16], new Array<number>(16).fill(7));
    const c = bench.variable([16], new Array<number>(16).fill(8));
    bench.run([b.read], [bench.assign(b, g.mul(b.read, b.read))]);
    expect([a.value(), b.value(), c.value()]).toEqual([
      [0, 2, 4, 6],
      new Array(16).fill(49),
      new Array(16).fill(8),
    ]);
  });
});

describe("products", () => {
  it.each([511, 512, 513, 1025, 300_000])("of %i terms keep their digits", (k) => {
    const tenths = (shape: number[]): Node =>
      g.broadcast(g.reshape(dataNode({ shape: [1], dtype: "float32" }, Float32Array.of(0.1)), [1, 1]), shape);
    const root = makeNode(contract.matmul, [tenths([2, k]), tenths([k, 9])]);
    const expected = new Float64Array(18).fill(k * Math.fround(0.1) ** 2);
    for (const { evaluate } of backends) {
      expectClose(
        evaluate([root])[0],
        expected,
        { what: `${k} terms`, shape: [2, 9], dtype: "float32" },
        2e-5,
      );
    }
  });

  const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 65, 130];
  const cases = Array.from({ length: 40 }, (_, i) => [
    sizes[(7 * i) % 12],
    sizes[(5 * i + 3) % 12],
    sizes[(11 * i + 1) % 12],
  ]);
  it.each(cases)("[%i, %i] × [%i]: all four ways to lie in memory", (m, k, n) => {
    const choices = new Choices(m * 10_000 + k * 100 + n);
    for (const [turnedA, turnedB] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const a = turnedA ? g.transpose(leaf([k, m], choices), [1, 0]) : leaf([m, k], choices);
      const b = turnedB ? g.transpose(leaf([n, k], choices), [1, 0]) : leaf([k, n], choices);
      const bias = g.broadcast(g.reshape(leaf([n], choices), [1, n]), [m, n]);
      const root = makeNode(elementwise.tanh, [g.add(makeNode(contract.matmul, [a, b]), bias)]);
      const [expected] = interpret([root]);
      for (const { evaluate } of backends) {
        expectClose(
          evaluate([root])[0],
          expected,
          { what: `${turnedA}${turnedB}`, shape: [m, n], dtype: "float32" },
          1e-5,
        );
      }
    }
  });
});
