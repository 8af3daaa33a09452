import { afterAll, describe, expect, test } from "vitest";
import { dataNode, drawInput } from "../../../test/support/samples.ts";
import { compile } from "../../compile/compile.ts";
import type { Kernel, Program } from "../../compile/kernel.ts";
import type { Graph, Node } from "../../graph/node.ts";
import { topological } from "../../graph/order.ts";
import { withOrigin } from "../../graph/origin.ts";
import { g, makeNode, elementwise } from "../../ops/index.ts";
import { random, loop, type Tensor } from "../../tensor/index.ts";
import type { Backend, Input, TimedExecutable } from "../backend.ts";
import { packingFor } from "./product-layout.ts";
import { wasmBackend } from "./wasm-backend.ts";

const alone = wasmBackend({ threads: 1, features: { tile: "narrow" } });
const shared = wasmBackend({ threads: 2, shareAll: true });
afterAll(() => void (shared.threads = 1));

const data = (shape: readonly number[], stream = 0): Node =>
  dataNode({ shape, dtype: "float32" }, drawInput({ shape, dtype: "float32", range: [0.1, 1] }, stream));

const leavesOf = (roots: readonly Node[]): Node[] =>
  topological(roots).filter((node) => node.op.kind === "source" && node.op.form === "bound");

const valueOf = ({ binding }: Node): Input => (binding?.kind === "data" ? binding.data : 0);

function timed(roots: Node[], backend: Backend = alone): TimedExecutable {
  const executable = backend.buildTimed({ outputs: roots, effects: [] }, leavesOf(roots));
  executable.run(leavesOf(roots).map(valueOf), []);
  return executable;
}

/** [rows, k] · [k, columns] + bias, as a Dense layer computes it. */
function dense([rows, k, columns]: readonly number[]): Node {
  const product = g.matmul(data([rows, k]), data([k, columns], 1));
  return g.add(product, g.broadcast(data([columns], 2), [rows, columns]));
}

describe("what a kernel does, by its plan", () => {
  test("a product with its epilogue", () => {
    const [rows, k, columns] = [3, 5, 7];
    const [kernel, ...others] = timed([dense([rows, k, columns])]).kernels.filter(
      ({ name }) => !name.startsWith("pack"),
    );
    expect(others).toEqual([]);
    expect(kernel).toMatchObject({
      name: "matmul+add",
      ops: ["matmul", "add"],
      extents: [rows, columns, k],
      calls: 1,
      multiplyAdds: rows * k * columns,
      operations: rows * columns,
      bytesRead: 4 * (rows * k + k * columns + columns),
      bytesWritten: 4 * rows * columns,
    });
  });

  test("packing is a kernel of its own: the right operand read and written once", () => {
    const [rows, k, columns] = [64, 48, 32];
    const transposed = g.transpose(data([columns, k]), [1, 0]);
    const { kernels } = timed([g.matmul(data([rows, k], 1), transposed)]);
    const packing = kernels.filter(({ name }) => name.startsWith("pack"));
    expect(packing).toHaveLength(1);
    expect(packing[0]).toMatchObject({
      multiplyAdds: 0,
      operations: 0,
      bytesRead: 4 * k * columns,
      bytesWritten: 4 * k * columns,
    });
  });

  test("a map counts each op at each point, and what is the same for a row once for it", () => {
    const x = data([6, 10]);
    const perRow = makeNode(elementwise.exp, [data([6, 1], 1)]);
    const [kernel] = timed([g.add(g.mul(x, x), g.broadcast(perRow, [6, 10]))]).kernels;
    const exp = elementwise.exp.cost as number;
    expect(kernel.operations).toBe(2 * 60 + 6 * exp);
    expect(kernel.ops.toSorted()).toEqual(["add", "exp", "mul"]);
    expect(kernel.bytesRead).toBe(4 * (60 + 6));
    expect(kernel.bytesWritten).toBe(4 * 60);
  });

  test("a fold reads everything and writes one value for each row", () => {
    const [kernel] = timed([g.sum(data([9, 20]), [1])]).kernels;
    expect(kernel).toMatchObject({ operations: 180, bytesRead: 4 * 180, bytesWritten: 4 * 9 });
  });

  test("rows that are looked up count by their number, not by the table they lie in", () => {
    const indices = dataNode({ shape: [3], dtype: "int32" }, Int32Array.of(5, 0, 2));
    const [kernel] = timed([g.gather(data([1000, 8]), indices, 0)]).kernels;
    expect(kernel.bytesRead).toBe(4 * (3 * 8 + 3));
    expect(kernel.bytesWritten).toBe(4 * 3 * 8);
  });

  test("windows that overlap read an element once", () => {
    const windows = g.windows(data([1, 40]), 1, { size: [4], stride: [1], dilation: [1] });
    const [kernel] = timed([g.sum(windows, [2])]).kernels;
    expect(kernel.bytesRead).toBe(4 * 40);
  });

  test("kernels of a loop are called in each of its steps", () => {
    const steps = 11;
    const weights = random.uniform([16, 16], { seed: 1 });
    const { state } = loop(
      ([h], [x]: Tensor[]) => ({ state: [h.matmul(weights.transpose()).add(x).tanh()] }),
      {
        initial: [random.uniform([4, 16], { seed: 2 })],
        over: [random.uniform([steps, 4, 16], { seed: 3 })],
      },
    );
    const { kernels } = timed([state[0].node]);
    const product = kernels.find(({ name }) => name.startsWith("matmul"));
    expect(product).toMatchObject({ calls: steps, multiplyAdds: 4 * 16 * 16 });
    // The weights are the same in all steps, and laid out before the first.
    const packs = kernels.filter(({ name }) => name.startsWith("pack matmul"));
    expect(packs.map(({ calls }) => calls)).toEqual([1]);
  });

  test("each kernel names the parts that its values were made for", () => {
    const first = withOrigin({ name: "first", backward: false }, () =>
      g.matmul(data([3, 5]), data([5, 7], 1)),
    );
    const second = withOrigin({ name: "second", backward: true }, () => makeNode(elementwise.exp, [first]));
    const [kernel] = timed([second]).kernels.filter(({ name }) => !name.startsWith("pack"));
    expect(kernel.origins).toEqual([
      { name: "first", backward: false },
      { name: "second", backward: true },
    ]);
  });
});

describe("all kernels of a program have laps", () => {
  const x = data([24, 40]);
  const graph: Graph = {
    outputs: [
      g.matmul(makeNode(elementwise.exp, [x]), data([40, 24], 1)),
      g.cumsum(x, 1, { exclusive: false, reverse: false }),
      g.sum(x, [0]),
    ],
    effects: [],
  };

  const flat = ({ steps }: Program): Exclude<Kernel, { kind: "loop" }>[] =>
    steps.flatMap((step) => {
      if (step.kind !== "kernel") return [];
      return step.kernel.kind === "loop" ? flat(step.kernel.program) : [step.kernel];
    });

  test.each([
    ["one thread", alone],
    ["two", shared],
  ])("%s", (_, backend) => {
    const planned = flat(compile(graph, leavesOf(graph.outputs), { packing: packingFor("narrow") }));
    const executable = timed(graph.outputs as Node[], backend);
    const { kernels } = executable;
    expect(kernels.map(({ name }) => name).filter((name) => !name.startsWith("pack"))).toEqual(
      planned.map(({ name }) => name),
    );
    const laps = executable.laps();
    expect(laps).toHaveLength(kernels.length);
    for (const { threads, work, waiting, together } of laps) {
      expect(threads).toBeGreaterThanOrEqual(1);
      // Somebody did it, the caller perhaps not; alone, nobody else did.
      expect(together.readings).toBeGreaterThanOrEqual(Math.max(1, work.readings));
      expect(together.milliseconds).toBeGreaterThanOrEqual(work.milliseconds);
      if (backend === alone)
        expect({ work, waiting: waiting.readings }).toEqual({ work: together, waiting: 0 });
    }
    // What was asked for is not told again.
    expect(executable.laps().every(({ work }) => work.readings + work.milliseconds === 0)).toBe(true);
    executable.dispose();
  });

  test("the clock changes no bit", () => {
    const inputs = leavesOf(graph.outputs);
    for (const backend of [alone, shared]) {
      const plain = backend.build(graph, inputs);
      plain.run(inputs.map(valueOf), []);
      const expected = graph.outputs.map((_, k) => plain.output(k));
      const clocked = timed(graph.outputs as Node[], backend);
      expect(graph.outputs.map((_, k) => clocked.output(k))).toEqual(expected);
    }
  });
});
