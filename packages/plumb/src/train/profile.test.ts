import { describe, expect, test } from "vitest";
import { wantedHead } from "../base/contract.ts";
import { generatorState } from "../base/seed.ts";
import type { KernelFacts, Lap } from "../backends/backend.ts";
import { probe } from "../backends/wasm/features.ts";
import { tileTrial } from "../backends/wasm/tile-trial.ts";
import * as plumb from "../index.ts";
import { Dense, Dropout, Input, LSTM, Sequential, losses, type AnyModel, type Profile } from "../index.ts";
import { generatedInputs, generatedLabels } from "./profile-data.ts";
import { measured } from "./profile-kernels.ts";
import { machineSpeed, type MachineSpeed } from "./profile-machine.ts";

const isProduct = ({ name }: { name: string }): boolean =>
  name.startsWith("matmul") || name.startsWith("contraction");

/** With a layer that draws random numbers. */
function denseModel(): Sequential {
  const model = new Sequential([
    Input({ shape: [6] }),
    new Dropout(0.2),
    new Dense(8, { activation: "relu" }),
    new Dense(3),
  ]);
  model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  return model;
}

const bitsOf = (model: AnyModel): string => JSON.stringify(model.getState());

describe("a profile of a Dense net", () => {
  const rows = 16;
  const model = denseModel();
  const made = (async () => {
    plumb.seed(5);
    const before = { bits: bitsOf(model), generator: generatorState() };
    const profile = await model.profile(undefined, undefined, { batchSize: rows, steps: 4 });
    return { before, profile };
  })();

  test("its products do what forward, weight gradients and input gradients need", async () => {
    const { profile } = await made;
    const products = profile.kernels.filter(isProduct);
    // The first layer needs no gradient of its input.
    const expected = [6 * 8, 6 * 8, 8 * 3, 8 * 3, 8 * 3].map((weights) => 2 * rows * weights);
    const operations = products.map(
      ({ extents }) => 2 * extents.reduce((product, extent) => product * extent, 1),
    );
    expect(operations.toSorted((a, b) => a - b)).toEqual(expected.toSorted((a, b) => a - b));
    for (const { operations: all, extents } of products)
      expect(all).toBeGreaterThanOrEqual(2 * extents.reduce((product, extent) => product * extent, 1));
    expect(profile.kernels.every(({ calls }) => calls === 1)).toBe(true);
  });

  test("kernels say which layers, and which way", async () => {
    const { profile } = await made;
    const parts = profile.kernels.flatMap((kernel) => kernel.parts);
    const layers = model.layers.filter(({ className }) => className === "Dense");
    for (const layer of layers) {
      expect(parts).toContainEqual({ name: layer.name, backward: false });
      expect(parts).toContainEqual({ name: layer.name, backward: true });
    }
    const forward = profile.kernels.find(
      ({ extents, parts: of }) => extents.join() === `${rows},8,6` && !of[0].backward,
    );
    expect(forward?.parts).toEqual([{ name: layers[0].name, backward: false }]);
    for (const name of ["loss", "metrics", "optimizer"])
      expect(parts.map((part) => part.name)).toContain(name);
  });

  test("times add up, shares too, the longest stand first", async () => {
    const { profile } = await made;
    const sum = (of: (kernel: Profile["kernels"][number]) => number): number =>
      profile.kernels.reduce((total, kernel) => total + of(kernel), 0);
    expect(sum(({ milliseconds }) => milliseconds) + profile.outside).toBeCloseTo(profile.timed, 9);
    expect(sum(({ share }) => share) + profile.outside / profile.timed).toBeCloseTo(1, 9);
    const times = profile.kernels.map(({ milliseconds }) => milliseconds);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  test("nothing has changed, and training goes on to the same bits", async () => {
    const { before } = await made;
    expect({ bits: bitsOf(model), generator: generatorState() }).toEqual(before);
    const twin = denseModel();
    twin.setWeights(model.getWeights());
    const data = [
      plumb.random.uniform([40, 6], { seed: 1 }),
      plumb.random.uniform([40, 3], { seed: 2 }),
    ] as const;
    const [own, others] = [
      await model.fit(...data, { epochs: 2, seed: 3 }),
      await twin.fit(...data, { epochs: 2, seed: 3 }),
    ];
    expect(own.history).toEqual(others.history);
    expect(model.getWeights()).toEqual(twin.getWeights());
  });

  test("it is plain data, and a table of 110 columns in which every kernel of a share is told", async () => {
    const { profile } = await made;
    expect(JSON.parse(JSON.stringify(profile))).toEqual({ ...profile });
    const lines = String(profile).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
    const told = lines.filter((line) => /^ *[\d.]+ % .* \S/.test(line));
    const large = profile.kernels.filter(({ share }) => share >= 0.001).length;
    const few = large < profile.kernels.length ? 1 : 0;
    expect(told).toHaveLength(large + few + 3);
  });

  test("the table says every op of the kernels that it tells of, by their numbers where names leave some out", async () => {
    const { profile } = await made;
    const text = String(profile);
    const told = profile.kernels.filter(({ share }) => share >= 0.001);
    told.forEach(({ name, ops }, i) => {
      const left = ops.filter((op) => !name.split(/[+ ]/).includes(op));
      const line = text
        .split("\n")
        .find((one) => one.startsWith("  ") && new RegExp(`^  (\\d+, )*${i + 1}(, \\d+)*: `).test(one));
      expect(line?.split(": ")[1].split(", ")).toEqual(left.length === 0 ? undefined : ops);
    });
    const updates = profile.kernels.filter(({ parts }) => parts.some((part) => part.name === "optimizer"));
    expect(updates.some(({ ops, name }) => ops.includes("sqrt") && !name.includes("sqrt"))).toBe(true);
  });
});

test("an LSTM's step is called once for each time", async () => {
  const [batch, times, features, units] = [4, 9, 5, 8];
  const lstm = new LSTM(units);
  const model = new Sequential([Input({ shape: [times, features] }), lstm, new Dense(2)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const x = plumb.random.uniform([batch, times, features], { seed: 1 });
  const { kernels } = await model.profile(x, plumb.random.uniform([batch, 2], { seed: 2 }), { steps: 4 });
  const within = kernels.filter(({ calls }) => calls === times);
  const recurrent = within.filter(isProduct);
  // Forward, and the gradient of the state before.
  expect(recurrent).toHaveLength(2);
  for (const { operations, extents, parts } of recurrent) {
    expect(2 * extents.reduce((product, extent) => product * extent, 1)).toBe(2 * batch * units * 4 * units);
    expect(operations).toBeGreaterThanOrEqual(times * 2 * batch * units * 4 * units);
    expect(parts.every(({ name }) => name === lstm.name)).toBe(true);
  }
  expect(kernels.filter(({ calls }) => calls !== times && calls !== 1)).toEqual([]);
});

describe("rows that are made up", () => {
  const names = Object.keys(plumb.lossClasses) as (keyof typeof plumb.lossClasses)[];
  test.each(names)("suit the loss %s", async (name) => {
    const loss = losses.get(name as "mse");
    const head = wantedHead(loss.contract);
    const activation =
      ({ nonNegative: "relu", logSoftmax: "logSoftmax", custom: "tanh" } as Record<string, string>)[head] ??
      head;
    const row = loss.contract.labels === "sequence" ? [8, 3] : [3];
    const model = new Sequential([
      Input({ shape: row }),
      new Dense(4, { activation: activation as "linear" }),
    ]);
    model.compile({ optimizer: "sgd", loss, warn: () => undefined });
    const x = generatedInputs(model, 6);
    const logs = await model.evaluate(
      x as plumb.Tensor,
      generatedLabels(model, model.compiled, 6) as plumb.Tensor,
    );
    expect(Number.isFinite(logs.loss)).toBe(true);
  });

  test("reach every input of a model", () => {
    const [a, b] = [plumb.input({ shape: [2] }), plumb.input({ shape: [3, 4], dtype: "int32" })];
    const model = new plumb.Model({ inputs: { a, b }, outputs: new Dense(1).call(a) });
    const made = generatedInputs(model, 7) as Record<string, plumb.Tensor>;
    expect([made.a.shape, made.b.shape, made.b.dtype]).toEqual([[7, 2], [7, 3, 4], "int32"]);
  });
});

describe("what cannot be profiled", () => {
  const codeOf = (profile: Promise<Profile>): Promise<unknown> =>
    profile.then(String, (error: { code: unknown }) => error.code);

  test("a model that is not compiled, or not built", async () => {
    expect(await codeOf(new Sequential([Input({ shape: [2] }), new Dense(1)]).profile())).toBe("PL4001");
    const unbuilt = new Sequential([new Dense(1)]);
    unbuilt.compile({ loss: "mse" });
    expect(await codeOf(unbuilt.profile([[1, 2]], [1]))).toBe("PL4002");
  });

  test("options and data that do not fit", async () => {
    const model = denseModel();
    expect(await codeOf(model.profile(undefined, undefined, { steps: 1 }))).toBe("PL4004");
    expect(await codeOf(model.profile(undefined, undefined, { batch: 8 } as object))).toBe("PL4004");
    expect(await codeOf(model.profile(undefined, [1, 2]))).toBe("PL4004");
    expect(
      await codeOf(
        model.profile(
          [[1, 2, 3, 4, 5, 6]],
          [
            [1, 2, 3],
            [1, 2, 3],
          ],
        ),
      ),
    ).toBe("PL4005");
    expect(await codeOf(model.profile([[1, 2]], [[1, 2, 3]]))).toBe("PL4006");
    const open = new Sequential([Input({ shape: [null, 2] }), new LSTM(3)]);
    open.compile({ loss: "mse" });
    expect(await codeOf(open.profile())).toBe("PL4004");
  });

  test("labels that the loss does not take, told as fit tells them", async () => {
    const model = new Sequential([Input({ shape: [2] }), new Dense(3)]);
    model.compile({ loss: "sparseCategoricalCrossentropy" });
    const [x, y] = [
      [
        [1, 2],
        [3, 4],
      ],
      [0, 7],
    ];
    const told = (run: Promise<unknown>): Promise<string> =>
      run.then(String, (error: Error) => error.message);
    expect(await told(model.profile(x, y))).toBe(await told(model.fit(x, y)));
  });
});

test("what the machine reaches is measured once, and again after a new trial of tiles", async () => {
  const first = machineSpeed();
  expect(machineSpeed()).toBe(first);
  const { fused, tile, width } = await first;
  expect({ fused, tile }).toEqual({ fused: probe().fused, tile: tileTrial().tile });
  if (!fused) expect({ tile, width }).toEqual({ tile: "narrow", width: 128 });
  tileTrial({ again: true });
  const second = machineSpeed();
  expect(second).not.toBe(first);
  await second;
});

describe("from laps to a profile", () => {
  const machine: MachineSpeed = {
    threads: 2,
    fused: true,
    width: 128,
    tile: "narrow",
    gigaflops: { oneThread: 40, allThreads: 80 },
    elementwise: { oneThread: 20, allThreads: 40 },
    bandwidth: [
      { bytes: 1000, oneThread: 100, allThreads: 200 },
      { bytes: 1e6, oneThread: 10, allThreads: 20 },
    ],
  };
  const fact: KernelFacts = {
    name: "matmul",
    ops: ["matmul"],
    extents: [10, 10, 10],
    origins: [],
    calls: 2,
    multiplyAdds: 1000,
    operations: 500,
    bytesRead: 300,
    bytesWritten: 200,
  };
  const work = { milliseconds: 0.001, readings: 3 };
  const lap: Lap = { work, waiting: { milliseconds: 0.001, readings: 1 }, threads: 1, together: work };
  const profileOf = (
    facts: KernelFacts,
    took: Lap,
    plain = [1, 1, 1, 1],
    clock = 0,
  ): ReturnType<typeof measured> =>
    measured([facts], { plain, timed: [1, 1, 1, 1], laps: [[took], [took], [took], [took]], clock }, machine);

  test("speeds, and the time at best by what bounds it", () => {
    const [kernel] = profileOf(fact, lap).kernels;
    expect(kernel.milliseconds).toBeCloseTo(0.002, 12);
    expect(kernel.operations).toBe(2 * 2500);
    expect(kernel.gigaflops).toBeCloseTo(5000 / 2000, 9);
    expect(kernel.gigabytesPerSecond).toBeCloseTo(1000 / 2000, 9);
    // 2 × (2,000 / 40 + 500 / 20) nanoseconds of 2,000; memory would need 2 × 500 / 100.
    expect(kernel.bound).toBe("arithmetic");
    expect(kernel.ofPeak).toBeCloseTo(150 / 2000, 9);
    const [moving] = profileOf(
      { ...fact, multiplyAdds: 0, bytesRead: 9_800 },
      { ...lap, threads: 2 },
    ).kernels;
    expect(moving.bound).toBe("memory");
    expect(moving.ofPeak).toBeCloseTo((2 * 10_000) / 20 / 2000, 9);
  });

  test("steps with the clock that last longer than those without are told", () => {
    expect(profileOf(fact, lap).notes).toEqual([]);
    expect(profileOf(fact, lap, [0.5, 0.5, 0.5, 0.5]).notes).toHaveLength(1);
    expect(profileOf(fact, lap, [0.4, 1, 1, 1.6]).notes).toHaveLength(0);
    expect(profileOf(fact, lap, [0.5, 0.6, 1.4, 1.5]).notes).toHaveLength(1);
  });

  test("the clock's own time is taken off: what steps with it take longer, within what it may take", () => {
    const long: Lap = { ...lap, work: { milliseconds: 0.8, readings: 3 } };
    // Four readings: as much as the steps differ, no more than five times what one takes by itself, and no less than that.
    for (const [plain, clock, each] of [
      [0.8, 0.02, 0.05],
      [0.2, 0.02, 0.1],
      [1, 0.02, 0.02],
    ]) {
      const found = profileOf(fact, long, [plain, plain, plain, plain], clock);
      expect(found.clock).toBeCloseTo(4 * each, 12);
      expect(found.timed).toBeCloseTo(1 - 4 * each, 12);
      expect(found.kernels[0].milliseconds).toBeCloseTo(0.8 - 3 * each, 12);
      expect(found.kernels[0].waiting).toBe(0);
      expect(found.kernels[0].milliseconds + found.outside).toBeCloseTo(found.timed, 12);
      expect(found.notes).toHaveLength(plain === 0.2 ? 1 : plain === 1 ? 1 : 0);
    }
  });

  test("a step far from the others is left out", () => {
    const slow: Lap = { ...lap, work: { milliseconds: 5, readings: 3 } };
    const { kernels, timed } = measured(
      [fact],
      { plain: [1, 1, 1, 9], timed: [1, 1, 1, 9], laps: [[lap], [lap], [lap], [slow]], clock: 0 },
      machine,
    );
    expect(timed).toBe(1);
    expect(kernels[0].milliseconds).toBeCloseTo(0.002, 12);
  });
});
