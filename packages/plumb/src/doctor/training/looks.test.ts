import { describe, expect, test } from "vitest";
import { Dense } from "../../layers/index.ts";
import { Adam, SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { LayerProbe, TrainingSubject } from "../subjects/training.ts";
import { about, layer, probe, said, subject, weight } from "../../../test/support/trainings.ts";

/** Rules at their thresholds, on trainings that never were: a miniature lies far beyond most of them. */

describe("T6", () => {
  const looks = (updateNorm: number, gradientNorm: number, of: Partial<TrainingSubject> = {}) =>
    subject({
      values: about(1, 200),
      probes: [0, 20, 40].map((step) =>
        probe(step, {
          weights: [weight({ updateNorm: step === 0 ? 0.001 : updateNorm, gradientNorm })],
        }),
      ),
      ...of,
    });
  test("long for the weights and for the slope", () => {
    expect(said("T6", looks(0.15, 3))).toBe("warning");
    expect(said("T6", looks(0.08, 6))).toBeUndefined();
    expect(said("T6", looks(0.15, 1))).toBeUndefined();
  });
  test("one look is enough where half the length and more than the loss are at stake", () => {
    const once = (updateNorm: number, gradientNorm: number) =>
      subject({
        values: about(1, 200),
        probes: [probe(0, { weights: [weight({ updateNorm, gradientNorm })] }), probe(20), probe(40)],
      });
    expect(said("T6", once(0.6, 2))).toBe("warning");
    expect(said("T6", once(0.4, 3))).toBeUndefined();
    expect(said("T6", once(10, 0.05))).toBeUndefined();
  });
  test("a schedule that ends in the first quarter of the training", () => {
    const rates = (...list: number[]) =>
      looks(1e-3, 0.1, {
        epochs: list.map((learningRate, epoch) => ({
          epoch,
          logs: {},
          learningRate,
          steps: 20 * (epoch + 1),
        })),
        plan: { epochs: list.length, stepsPerEpoch: 20, rows: 640, batchSize: 32 },
      });
    expect(said("T6", rates(1, 1e-4, 1e-6, 1e-8, 1e-9, 1e-9, 1e-9, 1e-9))).toBe("warning");
    expect(said("T6", rates(1, 1, 1, 1, 0.1, 0.01, 1e-4, 1e-5))).toBeUndefined();
    expect(said("T6", rates(1, 1e-4, 1e-4, 1, 1e-4, 1e-4, 1e-4, 1e-4))).toBeUndefined();
    expect(said("T6", rates(1e-5, 1, 1, 1, 1, 1, 1, 1))).toBeUndefined();
    expect(said("T6", rates(0, 0, 0, 0, 0, 0, 0, 0))).toBe("warning");
  });
  test("short, unless there are many of them or nothing is left to learn", () => {
    expect(said("T6", looks(5e-5, 0.1))).toBe("warning");
    expect(said("T6", looks(5e-5, 0.1, { steps: 2000 }))).toBeUndefined();
    expect(said("T6", looks(5e-5, 0.1, { baseline: 3 }))).toBeUndefined();
    // A tenth of the length, and still worse than a constant answer.
    expect(said("T6", looks(4e-4, 0.1, { baseline: 0.7 }))).toBe("warning");
    expect(said("T6", looks(4e-4, 0.1, { baseline: 1.1 }))).toBeUndefined();
    expect(said("T6", looks(6e-4, 0.1, { baseline: 0.7 }))).toBeUndefined();
  });
});

describe("T7 and T8 read all layers", () => {
  const depth = (lengths: readonly number[], loss = 1): TrainingSubject => {
    const weights = lengths.map((gradientNorm) => weight({ gradientNorm }));
    const of = { weights, loss, gradientNorm: Math.hypot(...lengths) };
    return subject({ probes: [probe(0, of), probe(20, of)] });
  };
  test("a gradient that shrinks from layer to layer", () => {
    expect(said("T7", depth([1e-5, 1e-4, 1e-3, 1e-2, 1e-1]))).toBe("warning");
    expect(said("T7", depth([1e-5, 1e-4, 1e-3, 1e-2, 1e-4]))).toBe("warning");
    expect(said("T7", depth([1e-5, 5.7e-5, 3.2e-4, 1.8e-3, 8e-3]))).toBeUndefined();
    expect(said("T7", depth([1.5e-4, 1.5e-3, 1.5e-2, 0.15, 1.5]))).toBeUndefined();
  });
  test("a model that is done, and a single short one, are no such thing", () => {
    expect(said("T7", depth([1e-6, 2e-6, 2e-6, 1e-6, 3e-6]))).toBeUndefined();
    expect(said("T7", depth([1e-6, 0.1, 0.1, 0.1, 0.1]))).toBeUndefined();
  });
  test("in whatever unit the loss is", () => {
    expect(said("T7", depth([10, 100, 1e3, 1e4, 1e5], 1e6))).toBe("warning");
  });
  test("one that grows, and is long", () => {
    expect(said("T8", depth([100, 30, 10, 3, 1]))).toBe("warning");
    expect(said("T8", depth([100, 50, 30, 10, 3]))).toBeUndefined();
    expect(said("T8", depth([8, 2.5, 0.8, 0.25, 0.08]))).toBeUndefined();
    expect(said("T8", depth([100, 1, 1, 1, 1]))).toBeUndefined();
  });
});

test("T9: an information where steps are no longer than the learning rate anyway", () => {
  const clipped = (optimizer: Adam | SGD, over: number) => {
    const model = new Sequential([new Dense(1)]);
    model.compile({ loss: "mse", optimizer });
    return subject({
      model,
      probes: Array.from({ length: 6 }, (_, i) => probe(10 * i, { gradientNorm: i < over ? 2 : 0.5 })),
    });
  };
  expect(said("T9", clipped(new SGD({ globalClipnorm: 1 }), 4))).toBe("warning");
  expect(said("T9", clipped(new SGD({ globalClipnorm: 1 }), 3))).toBeUndefined();
  expect(said("T9", clipped(new Adam({ globalClipnorm: 1 }), 6))).toBe("information");
});

/** The first units of 16 are silent. */
const firstOf = (share: number): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, i) => (i < 16 * share ? 1 : 0));

describe("T10 and T11 take the lowest of their looks, and leave the head out", () => {
  const layers = (shares: readonly number[], of: Partial<LayerProbe>, losses = [1, 1, 1]) =>
    subject({
      probes: shares.map((share, i) =>
        probe(20 * i, {
          loss: losses[i],
          layers: [layer({ ...of, silent: firstOf(share), saturated: share })],
        }),
      ),
    });
  test("dead units", () => {
    expect(said("T10", layers([0.6, 0.6, 0.6], { activation: "relu" }))).toBe("warning");
    expect(said("T10", layers([0.6, 0.4, 0.6], { activation: "relu" }))).toBe("information");
    expect(said("T10", layers([0.6, 0.1, 0.6], { activation: "relu" }))).toBeUndefined();
    expect(said("T10", layers([0.6, 0.6, 0.6], { activation: "relu", isHead: true }))).toBeUndefined();
    expect(said("T10", layers([0.6, 0.6, 0.6], { activation: "tanh" }))).toBeUndefined();
  });
  test("a unit that answers at one look is alive", () => {
    const others = (silent: Uint8Array) => probe(20, { layers: [layer({ activation: "relu", silent })] });
    const half = firstOf(0.6);
    expect(said("T10", subject({ probes: [others(half), others(half), others(half)] }))).toBe("warning");
    const turned = half.map((of) => 1 - of);
    expect(said("T10", subject({ probes: [others(half), others(turned), others(half)] }))).toBeUndefined();
  });
  test("dead units of a model that has learned well are an information, unless hardly any is left", () => {
    const learned = (share: number, level: number) =>
      said("T10", {
        ...layers([share, share, share], { activation: "relu" }),
        losses: { from: 0, values: about(level, 40) },
        steps: 40,
        baseline: 1,
      });
    expect(learned(0.6, 0.1)).toBe("information");
    expect(learned(0.6, 0.4)).toBe("warning");
    expect(learned(0.95, 0.1)).toBe("warning");
  });
  test("saturated units, unless they became so in a model that has learned", () => {
    const tanh = { activation: "tanh" };
    expect(said("T11", layers([0.1, 0.6, 0.6], tanh))).toBe("warning");
    expect(said("T11", layers([0.1, 0.6, 0.4], tanh))).toBeUndefined();
    expect(said("T11", layers([0.1, 0.6, 0.6], tanh, [1, 0.3, 0.3]))).toBeUndefined();
    expect(said("T11", layers([0.6, 0.6, 0.6], tanh, [1, 0.3, 0.3]))).toBe("warning");
    expect(said("T11", layers([0.6, 0.6, 0.6], { ...tanh, isHead: true }))).toBeUndefined();
  });
});

test("T12: a frozen layer that never learned, and one that did", () => {
  const [frozen, head] = [new Dense(4, { trainable: false }), new Dense(1)];
  const model = new Sequential([frozen, head]);
  model.build([2, 3]);
  const of = subject({ model, probes: [probe(0), probe(20, { weights: [weight({ norm: 1.1 })] })] });
  expect(said("T12", of)).toBe("warning");
  frozen.setWeights([frozen.getWeights()[0], Float32Array.of(0.1, -0.2, 0, 0.3)]);
  expect(said("T12", of)).toBeUndefined();
});

test("T13: more than one row in a hundred, at both looks", () => {
  const cut = (...shares: number[]) =>
    subject({ probes: shares.map((cutOff, i) => probe(20 * i, { cutOff })) });
  expect(said("T13", cut(0.02, 0.03))).toBe("information");
  expect(said("T13", cut(0.02, 0))).toBeUndefined();
});

describe("T14", () => {
  const penalised = (penalties: readonly number[], norms: readonly number[], rows: number) =>
    subject({
      values: about(rows, 200),
      baseline: 0.7,
      probes: penalties.map((penalty, i) =>
        probe(20 * i, {
          loss: 0.7 * (i === 0 ? 1 : rows / 0.7) + penalty,
          penalty,
          weights: [weight({ norm: norms[i] })],
        }),
      ),
    });
  test("a penalty above the loss, while the rows are answered badly", () => {
    expect(said("T14", penalised([1, 0.9, 0.8], [1, 0.9, 0.9], 0.6))).toBe("warning");
    expect(said("T14", penalised([1, 0.9, 0.8], [1, 0.9, 0.9], 0.2))).toBeUndefined();
    expect(said("T14", penalised([0.5, 0.5, 0.5], [1, 0.9, 0.9], 0.6))).toBeUndefined();
  });
  test("weights that it has brought to nothing", () => {
    expect(said("T14", penalised([0.5, 0.01, 0.001], [1, 0.3, 0.1], 0.7))).toBe("warning");
    expect(said("T14", penalised([0.5, 0.01, 0.001], [1, 0.5, 0.3], 0.7))).toBeUndefined();
    expect(said("T14", penalised([0.5, 0.01, 0.001], [1, 0.3, 0.1], 0.5))).toBeUndefined();
    expect(said("T14", penalised([0.05, 0.01, 0.001], [1, 0.3, 0.1], 0.7))).toBeUndefined();
  });
});

test("T15 and T16: a share of the time, and bytes that keep rising", () => {
  const waited = (milliseconds: number, total: number) =>
    subject({ time: { total, callbacks: { slow: milliseconds } } });
  expect(said("T15", waited(400, 1000))).toBe("information");
  expect(said("T15", waited(200, 1000))).toBeUndefined();
  expect(said("T15", waited(200, 250))).toBeUndefined();
  const memory = (bytesAt: (step: number) => number) =>
    subject({ memory: Array.from({ length: 30 }, (_, i) => ({ step: 5 * i, bytes: bytesAt(5 * i) })) });
  expect(
    said(
      "T16",
      memory((step) => 1e6 + 1000 * step),
    ),
  ).toBe("warning");
  expect(
    said(
      "T16",
      memory((step) => 1e6 + 100 * step),
    ),
  ).toBeUndefined();
  expect(
    said(
      "T16",
      memory((step) => (step < 70 ? 1e6 : 2e6)),
    ),
  ).toBeUndefined();
  expect(
    said(
      "T16",
      memory((step) => 1e6 + 1000 * step - (step % 50 === 0 ? 9000 : 0)),
    ),
  ).toBeUndefined();
});
