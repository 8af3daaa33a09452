/**
 * What a loop promises: that it is its step written out as often, on every backend, with the gradients of first and second
 * order that central differences give; and that it is one compiled step, however long it runs.
 */
import { describe, expect, it } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { isFloat } from "../../src/base/dtype.ts";
import { compile } from "../../src/compile/compile.ts";
import type { Kernel, Program } from "../../src/compile/kernel.ts";
import { checkGraph } from "../../src/graph/check.ts";
import type { Node } from "../../src/graph/node.ts";
import type { SampleInput } from "../../src/graph/op.ts";
import { topological } from "../../src/graph/order.ts";
import { interpret } from "../../src/interpret/interpret.ts";
import { g } from "../../src/ops/builder.ts";
import {
  concat,
  gather,
  gradients as tensorGradients,
  loop,
  pad,
  scalar,
  scatterAdd,
  split,
  stack,
  takeAlong,
  Tensor,
  tensor,
  where,
  zeros,
} from "../../src/tensor/index.ts";
import { packingFor } from "../../src/backends/wasm/product-layout.ts";
import { writeProgram } from "../../src/backends/wasm/program.ts";
import { backends } from "../support/backends.ts";
import { expectClose } from "../support/compare.ts";
import { expectGradient, weighted } from "../support/gradients.ts";
import { dataNode, drawInput } from "../support/samples.ts";

type Loop = typeof loop;

/** The same, one step after the other. */
const unrolled: Loop = (body, { initial, over = [], count = 0, reverse = false }) => {
  const along = over as readonly Tensor[];
  const steps = along[0]?.shape[0] ?? count;
  const order = Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
  let state = initial as Tensor[];
  const kept: Tensor[][] = [];
  for (const t of order) {
    const slices = along.map((x) => x.slice(t, 1).reshape(x.shape.slice(1)));
    const step = body(state, slices);
    state = step.state as Tensor[];
    kept[t] = (step.outputs ?? []) as Tensor[];
  }
  return { state, outputs: (kept[0] ?? []).map((_, k) => stack(kept.map((outputs) => outputs[k]))) };
};

interface Case {
  readonly inputs: readonly SampleInput[];
  readonly results: (loop: Loop, inputs: Tensor[]) => readonly Tensor[];
  /** False where unrolling has nothing to stack. */
  readonly unrolls?: boolean;
}

const float = (...shape: number[]): SampleInput => ({ shape, dtype: "float32", range: [-1, 1] });
const double = (...shape: number[]): SampleInput => ({ shape, dtype: "float64", range: [-1, 1] });
const int = (high: number, ...shape: number[]): SampleInput => ({ shape, dtype: "int32", range: [0, high] });

const all = ({ state, outputs }: ReturnType<Loop>): Tensor[] => [...state, ...outputs];

const lstm =
  (options: { reverse?: boolean; recompute?: boolean } = {}) =>
  (run: Loop, [x, h0, c0, w, u, b]: Tensor[]): Tensor[] => {
    const { state, outputs } = run(
      ([h, c], [xt]) => {
        const [i, f, z, o] = split(xt.add(h.matmul(u)).add(b), 4, -1);
        const next = f.sigmoid().mul(c).add(i.sigmoid().mul(z.tanh()));
        const out = o.sigmoid().mul(next.tanh());
        return { state: [out, next], outputs: [out] };
      },
      { initial: [h0, c0], over: [x.matmul(w)], ...options },
    );
    return [...state, ...outputs];
  };
const lstmInputs = (steps: number): SampleInput[] => [
  float(steps, 3, 2),
  float(3, 5),
  float(3, 5),
  float(2, 20),
  float(5, 20),
  float(20),
];

const cases: Readonly<Record<string, Case>> = {
  "a running sum": {
    inputs: [float(7)],
    results: (run, [x]) =>
      all(
        run(
          ([sum], [xt]) => {
            const next = sum.add(xt);
            return { state: [next], outputs: [next] };
          },
          { initial: [scalar(0)], over: [x] },
        ),
      ),
  },
  "a running product of rows, in reverse": {
    inputs: [float(5, 3), float(3)],
    results: (run, [x, start]) =>
      all(
        run(([p], [xt]) => ({ state: [p.mul(xt)], outputs: [p, p.mul(xt).sum()] }), {
          initial: [start],
          over: [x],
          reverse: true,
        }),
      ),
  },
  "a simple recurrent layer": {
    inputs: [float(6, 3, 4), float(3, 5), float(5, 5), float(5), float(4, 5)],
    results: (run, [x, h0, u, b, w]) =>
      all(
        run(
          ([h], [xt]) => {
            const next = xt.matmul(w).add(h.matmul(u)).add(b).tanh();
            return { state: [next], outputs: [next] };
          },
          { initial: [h0], over: [x] },
        ),
      ),
  },
  "an LSTM": { inputs: lstmInputs(4), results: lstm() },
  "an LSTM in reverse": { inputs: lstmInputs(4), results: lstm({ reverse: true }) },
  "an LSTM that is computed again": { inputs: lstmInputs(4), results: lstm({ recompute: true }) },
  "an LSTM of one step": { inputs: lstmInputs(1), results: lstm() },
  "an LSTM of no step": { inputs: lstmInputs(0), results: lstm(), unrolls: false },
  "a count and no input": {
    inputs: [float(2, 3), float(3, 3)],
    results: (run, [x, m]) =>
      all(run(([y]) => ({ state: [y.matmul(m)], outputs: [y.mul(y)] }), { initial: [x], count: 4 })),
  },
  "two inputs of different shapes": {
    inputs: [float(4, 3), float(4, 2, 3), float(2, 3)],
    results: (run, [a, b, start]) =>
      all(
        run(([s], [at, bt]) => ({ state: [s.mul(at).add(bt)], outputs: [at.mul(s), bt.sum(0)] }), {
          initial: [start],
          over: [a, b],
        }),
      ),
  },
  "a loop in a loop": {
    inputs: [float(3, 4, 2), float(2), float(2, 2)],
    results: (run, [x, start, m]) =>
      all(
        run(
          ([s], [row]) => {
            const inner = run(
              ([r], [xt]) => {
                const next = r.mul(xt).add(s).expandDims(0).matmul(m).squeeze(0).tanh();
                return { state: [next], outputs: [next] };
              },
              { initial: [s], over: [row] },
            );
            return { state: [inner.state[0]], outputs: [inner.outputs[0].sum(0), inner.outputs[0]] };
          },
          { initial: [start], over: [x] },
        ),
      ),
  },
  "double precision": {
    inputs: [double(4, 3), double(3)],
    results: (run, [x, start]) =>
      all(
        run(([s], [xt]) => ({ state: [s.mul(xt).sigmoid()], outputs: [s] }), { initial: [start], over: [x] }),
      ),
  },
  "states that change places": {
    inputs: [float(5), float(5)],
    results: (run, [a, b]) =>
      all(run(([x, y]) => ({ state: [y, x], outputs: [x] }), { initial: [a, b], count: 3 })),
  },
  "states and slices handed on unchanged, and what is the same in every step": {
    inputs: [float(4, 3), float(3), float(3)],
    results: (run, [x, start, fixed]) =>
      all(
        run(([s, t], [xt]) => ({ state: [s, xt], outputs: [xt, t, fixed.exp(), scalar(2)] }), {
          initial: [start, fixed],
          over: [x],
        }),
      ),
  },
  "a state of whole numbers that chooses": {
    inputs: [float(5, 2), float(6, 2)],
    results: (run, [x, table]) =>
      all(
        run(
          ([n, s], [xt]) => {
            const row = gather(table, n, 0);
            return {
              state: [n.add(1), s.mul(row).add(where(n.greater(2), xt, xt.mul(0.5)))],
              outputs: [n, s],
            };
          },
          { initial: [tensor(Int32Array.of(0), []), zeros([2])], over: [x] },
        ),
      ),
  },
  "slices that are looked up in a table": {
    inputs: [int(4, 6, 3), float(5, 2), float(3, 2)],
    results: (run, [index, table, start]) =>
      all(
        run(([s], [at]) => ({ state: [s.mul(gather(table, at, 0))], outputs: [s] }), {
          initial: [start],
          over: [index],
        }),
      ),
  },
  "a part of a matrix in each step": {
    inputs: [float(4, 3), float(3), float(3, 9)],
    results: (run, [x, start, m]) =>
      all(
        run(
          ([s], [xt]) => {
            const row = s.expandDims(0);
            const [a, b, c] = split(m, 3, 1);
            const mixed = row.matmul(a).add(row.tanh().matmul(b)).mul(row.matmul(c));
            return { state: [mixed.squeeze(0).add(xt)], outputs: [row] };
          },
          { initial: [start], over: [x] },
        ),
      ),
  },
  "a step of scans, sorts, scatters and joints, in reverse": {
    inputs: [float(4, 3, 5), float(3, 5)],
    results: (run, [x, start]) =>
      all(
        run(
          ([s], [xt]) => {
            const order = xt.argsort(1);
            const sorted = takeAlong(s, order, 1).cumsum(1).mul(0.3);
            const placed = scatterAdd(xt, order.slice(0, 1).reshape([5]), 1, [3, 6]);
            const padded = pad(s.slice([0, 0], [1, 3]), [[0, 0], [1, 1]], 0.5); // prettier-ignore
            return {
              state: [
                concat([sorted.slice([0, 2]), s.slice([0, 0], [3, 2]).add(xt.max(1, { keepDims: true }))], 1),
              ],
              outputs: [pad(xt.slice(0, 1), [[0, 0], [1, 1]]), padded, placed, order, xt.argmax(1)], // prettier-ignore
            };
          },
          { initial: [start], over: [x], reverse: true },
        ),
      ),
  },
  "attention block by block": {
    inputs: [float(3, 4, 2), float(3, 4, 2), float(5, 2)],
    results: (run, [keys, values, queries]) => {
      const { state } = run(
        ([most, total, sum], [k, v]) => {
          const scores = queries.matmul(k.transpose());
          const next = where(most.greater(scores.max(1)), most, scores.max(1));
          const weights = scores.sub(next.expandDims(1)).exp();
          const shrink = most.sub(next).exp();
          return {
            state: [
              next,
              total.mul(shrink).add(weights.sum(1)),
              sum.mul(shrink.expandDims(1)).add(weights.matmul(v)),
            ],
          };
        },
        {
          initial: [queries.sum(1).mul(0).sub(10), zeros([5]), zeros([5, 2])],
          over: [keys, values],
          recompute: true,
        },
      );
      return [state[2].div(state[1].expandDims(1))];
    },
  },
};

const entries = Object.entries(cases);

function built({ inputs, results }: Case, run: Loop): { leaves: Node[]; roots: Node[] } {
  const leaves = inputs.map((input, k) => dataNode(input, drawInput(input, k)));
  const roots = results(
    run,
    leaves.map((leaf) => new Tensor(leaf)),
  ).map(({ node }) => node);
  return { leaves, roots };
}

const smooth = (roots: readonly Node[]): Node[] => roots.filter(({ dtype }) => isFloat(dtype));
const expectNear = (
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  node: Node,
  what: string,
  by: number,
): void =>
  expectClose(
    Float64Array.from(actual),
    Float64Array.from(expected),
    { what, shape: node.shape, dtype: node.dtype },
    by,
    1,
  );

/** Results and their first gradients. */
function withGradients(leaves: readonly Node[], roots: readonly Node[]): { wanted: Node[]; sources: Node[] } {
  const sources = smooth(leaves);
  const found = gradients(weighted(smooth(roots)), sources, g);
  return { wanted: [...roots, ...found.map((dx, i) => dx ?? g.constant(0, sources[i]))], sources };
}

describe("a loop is its steps written out", () => {
  it.each(entries.filter(([, { unrolls }]) => unrolls !== false))("%s", (_name, each) => {
    const once = built(each, loop);
    const often = built(each, unrolled);
    const [actual, expected] = [once, often].map(({ leaves, roots }) => withGradients(leaves, roots).wanted);
    checkGraph(actual);
    const values = interpret(expected);
    interpret(actual).forEach((value, k) => expectNear(value, values[k], actual[k], `value ${k}`, 1e-9));
  });
});

describe("gradients of loops agree with central differences", () => {
  it.each(entries)("%s, first order", (name, each) => {
    const { leaves, roots } = built(each, loop);
    expectGradient(weighted(smooth(roots)), leaves, name);
  });

  it.each(entries)("%s, second order", (name, each) => {
    const { leaves, roots } = built(each, loop);
    const first = gradients(weighted(smooth(roots)), smooth(leaves), g).filter((dx) => dx !== null);
    expectGradient(weighted(first), leaves, name);
  });
});

describe.each(backends)("loops on $name", ({ evaluate }) => {
  it.each(entries)("%s, with first and second gradients", (_name, each) => {
    const { leaves, roots } = built(each, loop);
    const { wanted, sources } = withGradients(leaves, roots);
    const first = smooth(wanted.slice(roots.length));
    const second = gradients(weighted(first), sources, g).filter((dx) => dx !== null);
    const nodes = [...wanted, ...second];
    const expected = interpret(nodes);
    evaluate(nodes).forEach((value, k) => expectNear(value, expected[k], nodes[k], `value ${k}`, 5e-5));
  });
});

/** The leaves, the loss and the gradients of an LSTM over `steps` steps. */
function training(steps: number, options = {}): { leaves: Node[]; outputs: Node[] } {
  const { leaves, roots } = built({ inputs: lstmInputs(steps), results: lstm(options) }, loop);
  const loss = weighted(roots);
  const grads = gradients(loss, leaves, g).map((dx) => dx as Node);
  return { leaves, outputs: [loss, ...grads] };
}

const programOf = ({ leaves, outputs }: { leaves: Node[]; outputs: Node[] }, fuse = true): Program => {
  const fixed = topological(outputs).filter(({ binding }) => binding?.kind === "data");
  return compile({ outputs, effects: [] }, [...new Set([...leaves, ...fixed])], {
    packing: packingFor("narrow"),
    fuse,
  });
};
const kernelsOf = ({ steps }: Program): Kernel[] =>
  steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel] : []));
const loopsOf = (program: Program): Extract<Kernel, { kind: "loop" }>[] =>
  kernelsOf(program).filter((kernel) => kernel.kind === "loop");

it("values that double their operand do not double the work of a gradient", () => {
  const { leaves, roots } = built(
    {
      inputs: [float(3), float(2)],
      results: (run, [x, w]) => {
        const { state } = run(
          ([s], [xt]) => {
            let next = s.mul(xt).add(w);
            for (let k = 0; k < 60; k++) next = next.add(next);
            return { state: [next.mul(2 ** -60)] };
          },
          { initial: [w], over: [x] },
        );
        return state;
      },
    },
    loop,
  );
  expectGradient(weighted(roots), leaves, "doubling");
});

it("the gradient of a state that has faded below 2^-100 is 0, and exact above", () => {
  const fading = (steps: number): number => {
    const start = tensor([3]);
    const halved = loop(([s]) => ({ state: [s.mul(0.5)] }), { initial: [start], count: steps });
    return tensorGradients(halved.state[0].sum(), [start])[0].itemSync();
  };
  expect([90, 100, 101, 500].map(fading)).toEqual([2 ** -90, 2 ** -100, 0, 0]);
});

describe("the program of a loop", () => {
  it.each([{}, { recompute: true }])("has one loop forward and one back: LSTM %o", (options) => {
    const loops = loopsOf(programOf(training(5, options)));
    expect(loops.map(({ reverse }) => reverse)).toEqual([false, true]);
  });

  it("is as large for 5,000 steps as for 500", () => {
    const [few, many] = [500, 5000].map((steps) => {
      const program = programOf(training(steps));
      return writeProgram(program, { fused: true, shared: false, tile: "narrow" }).bytes.length;
    });
    // Addresses and counts take a few bytes more.
    expect(many).toBeLessThan(few * 1.02);
  });

  it("multiplies stacks once for a matrix that all steps share, and not in each step", () => {
    const program = programOf(training(5));
    const products = kernelsOf(program).filter(({ kind }) => kind === "product");
    const [forward, backward] = loopsOf(program).map((each) =>
      kernelsOf(each.program).filter(({ kind }) => kind === "product"),
    );
    // Forward h · U, back dz · Uᵀ; outside x · W, its two gradients, and hᵀ · dz.
    expect([forward.length, backward.length, products.length]).toEqual([1, 1, 4]);
  });

  it("packs a matrix that all steps share once, before the loop", () => {
    const [forward, backward] = loopsOf(programOf(training(5))).map(({ program }) => {
      const packed = kernelsOf(program).flatMap((kernel) =>
        kernel.kind === "product" && kernel.packed !== undefined ? [kernel.packed] : [],
      );
      expect(program.packedOnce).toEqual(packed);
      return packed.length;
    });
    // So small a matrix is read as it lies, unless that is across.
    expect([forward, backward]).toEqual([0, 1]);
  });

  it("keeps only the states for a backward pass that computes the step again", () => {
    const stacks = (options: object): number => {
      const [forward] = loopsOf(programOf(training(5, options)));
      return forward.targets.filter(({ stride }) => stride > 0).length;
    };
    // The output, and two states.
    expect(stacks({ recompute: true })).toBe(3);
    expect(stacks({})).toBeGreaterThan(3);
  });

  it("computes only what is asked for", () => {
    const { leaves, roots } = built(cases["a loop in a loop"], loop);
    const [forward] = loopsOf(programOf({ leaves, outputs: [roots[0]] }));
    expect(forward.targets.length).toBe(1);
    const counting = built(
      {
        inputs: [float(4)],
        results: (run, [x]) =>
          all(
            run(([n, s], [xt]) => ({ state: [n.add(1), s.add(xt)] }), {
              initial: [scalar(0), scalar(0)],
              over: [x],
            }),
          ),
      },
      loop,
    );
    const [only] = loopsOf(programOf({ leaves: counting.leaves, outputs: [counting.roots[1]] }));
    expect(only.targets.length).toBe(1);
  });

  it.each<[string, (first: Node, second: Node) => Node]>([
    ["on two inputs", (first, second) => ({ ...second, body: first.body })],
    ["in two directions", (first) => ({ ...first, attrs: { ...first.attrs, reverse: true } })],
  ])("has two loops for one step %s", (_how, made) => {
    const { leaves, roots } = built(
      {
        inputs: [float(4), float(4)],
        results: (run, xs) =>
          xs.map(
            (x) =>
              run(([s], [xt]) => ({ state: [s.mul(0.5).add(xt)] }), { initial: [scalar(0)], over: [x] })
                .state[0],
          ),
      },
      loop,
    );
    const [first, second] = roots;
    // Numbers of the second loop become those of the first, so that the steps are the same.
    const other = made(first, { ...second, inputs: second.inputs.with(2, first.inputs[2]) });
    const expected = [first, other].map((node) => interpret([node])[0][0]);
    expect(Math.abs(expected[0] - expected[1])).toBeGreaterThan(0.01);
    expect(loopsOf(programOf({ leaves, outputs: [first, other] })).length).toBe(2);
    [interpret([first, other]), backends[0].evaluate([first, other])].forEach((values, k) =>
      values.forEach((value, i) => expectNear(value, [expected[i]], first, `${k}`, 1e-6)),
    );
  });
});
