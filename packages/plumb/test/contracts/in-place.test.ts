import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { predictionRange } from "../../src/base/contract.ts";
import type { Backend, TimedExecutable } from "../../src/backends/backend.ts";
import { compile as compileGraph } from "../../src/compile/compile.ts";
import { writesOf } from "../../src/compile/expr.ts";
import type { Graph, Node } from "../../src/graph/node.ts";
import { Dense, Input } from "../../src/layers/index.ts";
import { BinaryCrossentropy, MeanSquaredError, type Loss } from "../../src/losses/index.ts";
import type { ActivationLike } from "../../src/numerics/index.ts";
import { Adam, optimizerClasses, type Optimizer } from "../../src/optimizers/index.ts";
import {
  compile,
  currentBackend,
  setBackend,
  tensor,
  Variable,
  type Tensor,
} from "../../src/tensor/index.ts";
import { Sequential } from "../../src/train/sequential.ts";
import { extents, labelsFor, readings } from "../support/losses.ts";

/** A step of training writes over weights, slots and totals where they lie: none is computed beside and copied. */

interface Built {
  readonly graph: Graph;
  readonly inputs: readonly Node[];
}

/** A backend with the memory of another that builds nothing: it keeps what it is to build. */
function drawingBoard(backend: Backend): { backend: Backend; built: Built[] } {
  const built: Built[] = [];
  const build = (graph: Graph, inputs: readonly Node[]): TimedExecutable => {
    built.push({ graph, inputs });
    return {
      bytes: 0,
      workBytes: 0,
      run: () => -1,
      reserve() {},
      output: () => new Float32Array(),
      dispose() {},
      kernels: [],
      laps: () => [],
      clock: 0,
    };
  };
  const { name, threads, room, used } = backend;
  return {
    built,
    backend: {
      name,
      threads,
      room,
      used,
      allocate: (bytes) => backend.allocate(bytes),
      free: (block) => backend.free(block),
      write: (block, data, dtype) => backend.write(block, data, dtype),
      copy: (from, to) => backend.copy(from, to),
      read: (block, dtype, length, from) => backend.read(block, dtype, length, from),
      build,
      buildTimed: build,
    },
  };
}

const usual = currentBackend();
beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
afterAll(() => {
  setBackend(usual);
  vi.restoreAllMocks();
});

/** The numbers of elements of assigned values that are copied, in all programs that are to be run meanwhile. */
async function copiedIn(run: () => unknown): Promise<number[]> {
  const { backend, built } = drawingBoard(usual);
  setBackend(backend);
  await run();
  setBackend(usual);
  expect(built.some(({ graph }) => graph.effects.length > 0)).toBe(true);
  return built.flatMap(({ graph, inputs }) => {
    const { steps, buffers } = compileGraph(graph, inputs, { packing: () => ({ words: 0, ahead: false }) });
    return steps.flatMap((step) => {
      if (step.kind !== "kernel" || step.kernel.name !== "copy") return [];
      return [...writesOf(step.kernel)].flatMap((i) =>
        buffers[i].place.kind === "assigned" ? [buffers[i].length] : [],
      );
    });
  });
}

/** What brings outputs into the range that a loss reads. */
function headOf({ contract, fromLogits = false }: Loss<any>): ActivationLike | undefined {
  const [low, high] = predictionRange(contract, fromLogits);
  if (contract.predictions === "distribution" && !fromLogits) return "softmax";
  if (low === 0) return Number.isFinite(high) ? "sigmoid" : "softplus";
  return Number.isFinite(low) ? "tanh" : undefined;
}

interface Case {
  readonly loss: Loss<any>;
  readonly optimizer: Optimizer;
  /** Outputs with a label each, where the loss has such. */
  readonly outputs: number;
  readonly hidden?: number;
}

/** A step of a net of two layers, whose weights are drawn, on some rows. */
function stepOf({ loss, optimizer, outputs, hidden = 7 }: Case): () => Promise<unknown> {
  const { labels } = loss.contract;
  const inTime = labels === "sequence";
  const units = eachItsOwn(loss) ? outputs : extents.width;
  const model = new Sequential([
    Input({ shape: inTime ? [extents.steps, 5] : [5] }),
    new Dense(hidden, { activation: "relu" }),
    new Dense(units * (loss.record.outputsPerLabel?.(loss.parameters) ?? 1), { activation: headOf(loss) }),
  ]);
  model.compile({ optimizer, loss });
  model.getWeights();
  const drawn = labelsFor(loss);
  const y = tensor(
    drawn.map((row) => {
      if (labels === "classIndex" || labels === "group") return row[0];
      return eachItsOwn(loss) ? row.slice(0, outputs) : row;
    }) as number[][],
  );
  const of = (k: number): number[] => Array.from({ length: 5 }, (_, j) => Math.sin(3 * k + j));
  const inSteps = (i: number): number[][] => Array.from({ length: extents.steps }, (_, t) => of(i + t));
  const x = tensor((inTime ? drawn.map((_, i) => inSteps(i)) : drawn.map((_, i) => of(i))) as number[][]);
  return () => model.fit(x, y, { batchSize: drawn.length, shuffle: false });
}

/** True for losses whose labels have a number for each output, of however many. */
const eachItsOwn = ({ contract: { labels, predictions } }: Loss<any>): boolean =>
  (labels === "real" || labels === "binary" || labels === "sign") && predictions !== "distribution";

describe("no assigned value is copied in a step", () => {
  test.each(readings.map((reading) => [reading.title, reading] as const))(
    "of Adam on %s",
    async (_, { make }) => {
      for (const outputs of eachItsOwn(make()) ? [1, 3] : [extents.width])
        expect(
          await copiedIn(stepOf({ loss: make(), optimizer: new Adam(), outputs })),
          `${outputs}`,
        ).toEqual([]);
    },
  );

  test.each(Object.entries(optimizerClasses))("of %s", async (name, Class) => {
    for (const Loss of [MeanSquaredError, BinaryCrossentropy])
      for (const outputs of [1, 3]) {
        const copied = await copiedIn(stepOf({ loss: new Loss(), optimizer: new Class(), outputs }));
        // A bias of one element is computed beside the scalars of the step, in more than one kernel.
        const few = name === "ScheduleFreeAdamW" && Loss === BinaryCrossentropy && outputs === 1 ? [1] : [];
        expect(copied, `${Loss.name} ${outputs}`).toEqual(few);
      }
  });

  test("of wide layers", async () => {
    const wide = { loss: new BinaryCrossentropy(), optimizer: new Adam(), outputs: 1, hidden: 512 };
    expect(await copiedIn(stepOf(wide))).toEqual([]);
  });
});

test.each([
  [[40], undefined],
  [[9, 4], 0],
  [[4, 9], 1],
])("what %j has one of along axis %j is read in all of it, and then written over", async (shape, axis) => {
  const size = shape.reduce((a, b) => a * b);
  const x = tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    shape,
  );
  const keepDims = axis !== undefined;
  const next = (w: Tensor): Tensor => w.sub(x.add(w).tanh().sum(axis, { keepDims }));
  const start = x.sum(axis, { keepDims });
  const want = [...next(start).dataSync()];
  const w = new Variable(start);
  const update = (): void => void compile(() => w.assign(next(w.read())))();
  update();
  expect([...w.dataSync()]).toEqual(want);
  expect(await copiedIn(update)).toEqual([]);
});
