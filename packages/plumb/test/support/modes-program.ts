/**
 * Run by modes.test.ts in a process of its own, whose flags decide what V8 makes of vectors. Computes the same graphs on
 * one thread, two and three, in each shape of tiles, and prints what the host can do, and what went wrong.
 */
import { gradients } from "../../src/autodiff/reverse.ts";
import { probe } from "../../src/backends/wasm/features.ts";
import { tileShapes, type TileName } from "../../src/backends/wasm/tile-shapes.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import type { HostArray } from "../../src/base/dtype.ts";
import type { Node } from "../../src/graph/node.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import { contract, elementwise, g, makeNode, reduce } from "../../src/ops/index.ts";
import { testBackend } from "./backends.ts";
import { Choices, leaf, randomGraph } from "./random-graphs.ts";

export interface ModesReport {
  /** Multiply-adds round once. */
  readonly fused: boolean;
  /** Values compared with the interpreter's. */
  readonly compared: number;
  readonly problems: readonly string[];
}

const graphs: Record<string, Node[]> = Object.fromEntries(
  Array.from({ length: 3 }, (_, seed) => [`random graph ${seed}`, randomGraph(seed, 25)]),
);
{
  const choices = new Choices(9);
  const [x, w, bias] = [leaf([70, 600], choices), leaf([600, 37], choices), leaf([37], choices)];
  const z = g.add(makeNode(contract.matmul, [x, w]), g.broadcast(g.reshape(bias, [1, 37]), [70, 37]));
  const highest = makeNode(reduce.max, [z], { axes: [1], keepDims: true });
  const powers = makeNode(elementwise.exp, [g.sub(z, g.broadcast(highest, z.shape))]);
  const totals = makeNode(reduce.sum, [powers], { axes: [1], keepDims: true });
  const loss = g.sum(makeNode(elementwise.tanh, [g.div(powers, g.broadcast(totals, z.shape))]), [0, 1]);
  graphs["a layer, its softmax and gradients"] = [loss, ...(gradients(loss, [x, w, bias], g) as Node[])];
}

/** Far more than rounding leaves, far less than an error does. */
const tolerance = 2e-4;

function farthest(values: HostArray, expected: ArrayLike<number>): number {
  const size = Math.max(1, ...Array.from(expected, Math.abs));
  return Math.max(0, ...Array.from(values, (value, i) => Math.abs(value - expected[i]) / size));
}
const areSame = (a: HostArray, b: HostArray): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

/** Without flags also what a host without fused multiply-adds would do. */
const modes = new Set(process.execArgv.length > 0 ? [probe().fused] : [false, probe().fused]);
const problems: string[] = [];
let compared = 0;
for (const [name, roots] of Object.entries(graphs)) {
  const expected = interpret(roots);
  for (const fused of modes) {
    let first: HostArray[] | undefined;
    for (const tile of Object.keys(tileShapes) as TileName[]) {
      for (const threads of [1, 2, 3]) {
        const engine = wasmBackend({ threads, shareAll: true, features: { fused, tile } });
        const results = testBackend(name, engine, 2).evaluate(roots);
        engine.threads = 1;
        const label = `${name}, ${fused ? "fused" : "not fused"}, ${tile} tiles, ${threads} threads`;
        results.forEach((values, k) => {
          compared += values.length;
          const distance = farthest(values, expected[k]);
          if (!(distance < tolerance)) problems.push(`${label}: value ${k} is ${distance} off`);
          if (first !== undefined && !areSame(first[k], values))
            problems.push(`${label}: other bits of value ${k}`);
        });
        first ??= results;
      }
    }
  }
}
const report: ModesReport = { fused: probe().fused, compared, problems };
console.log(JSON.stringify(report));
