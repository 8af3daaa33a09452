/** Variants of the faults of this room beyond the miniatures, and honest look-alikes that nothing is to be said of. */
import { beforeEach, describe, expect, test } from "vitest";
import { setGeneratorState } from "../../base/seed.ts";
import { Constant, RandomNormal } from "../../initializers/index.ts";
import { Activation, Add, Dense, input, Lambda, type DenseOptions } from "../../layers/index.ts";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
} from "../../losses/index.ts";
import { softmax } from "../../numerics/index.ts";
import { Adam, RMSprop, SGD } from "../../optimizers/index.ts";
import { sigmoid, tensor, type Tensor } from "../../tensor/index.ts";
import { Model, Sequential, type CompileOptions } from "../../train/index.ts";
import { examine, type ExamineOptions } from "../examine.ts";
import type { Finding } from "../finding.ts";
import { runCase, type FitCase } from "../fit-case.ts";
import { clouds, pseudo, slope } from "../made-up.ts";

beforeEach(() => setGeneratorState({ seed: 1, counter: 0 }));

/** Without small trainings: for what needs none. */
const still = (options: ExamineOptions): ExamineOptions => ({ ...options, experiments: false });

async function seen(options: ExamineOptions): Promise<readonly Finding[]> {
  return (await examine(options)).findings.filter(({ catalogue }) => catalogue.startsWith("C"));
}

const told = async (options: ExamineOptions): Promise<readonly string[]> =>
  (await seen(options)).map(({ catalogue, severity }) => catalogue + (severity === "information" ? "i" : ""));

const hidden = (options: DenseOptions = {}, units = 16): Dense =>
  new Dense(units, { activation: "relu", ...options });
const softmaxOf = (units: number): Dense => new Dense(units, { activation: "softmax" });
const squared = (yTrue: Tensor, yPred: Tensor): Tensor =>
  yTrue.reshape(yPred.shape).sub(yPred).square().mean();

/** A model of one hidden layer and a head for made-up classes, or amounts. */
const classes = (count: number, model: Sequential, compile: CompileOptions): ExamineOptions => ({
  ...clouds(count, 120, { spread: 1 }),
  model,
  compile: { optimizer: "adam", ...compile },
});
const amounts = (compile: CompileOptions, head: Dense | Lambda = new Dense(1)): ExamineOptions => ({
  ...slope(120),
  model: new Sequential([hidden(), head]),
  compile: { optimizer: "adam", ...compile },
});

describe("probabilities and logits", () => {
  test.each([
    ["softmax", 3, (x: Tensor) => softmax(x), new SparseCategoricalCrossentropy({ fromLogits: true })],
    ["sigmoid", 2, (x: Tensor) => sigmoid(x), new BinaryCrossentropy({ fromLogits: true })],
  ])("C2 behind a function that is a %s", async (_, count, squeeze, loss) => {
    const head = [new Dense(count === 2 ? 1 : count), new Lambda((x) => squeeze(x as Tensor))];
    expect(await told(still(classes(count, new Sequential([hidden(), ...head]), { loss })))).toEqual(["C2"]);
  });

  test("a function that gives logits between 0 and 1 by chance is none", async () => {
    const head = [new Dense(1), new Lambda((x) => (x as Tensor).mul(0.01).add(0.5))];
    const loss = new BinaryCrossentropy({ fromLogits: true });
    expect(await told(still(classes(2, new Sequential([hidden(), ...head]), { loss })))).toEqual([]);
  });

  test("the floor of a sigmoid that is squeezed twice is that of its labels", async () => {
    const loss = new BinaryCrossentropy({ fromLogits: true });
    const [{ number }] = await seen(
      classes(2, new Sequential([new Dense(1, { activation: "sigmoid" })]), { loss }),
    );
    // Half ones at a logit of 1, half zeros at a logit of 0.
    expect(number).toBeCloseTo((Math.log1p(1 / Math.E) + Math.LN2) / 2, 5);
  });
});

describe("labels and losses", () => {
  const numbered = (labels: ArrayLike<number>): ExamineOptions => ({
    data: slope(labels.length).data,
    labels: Float32Array.from(labels),
    model: new Sequential([hidden(), new Dense(1)]),
    compile: { loss: "mse" },
    experiments: false,
  });
  const counts = Array.from({ length: 120 }, (_, i) => Math.min(4, Math.floor(-1.2 * Math.log(pseudo(i)))));

  test("C7: numbers of classes are amounts to no squared error; counts are, and ratings may be", async () => {
    expect(await told(numbered(clouds(4, 120).labels))).toEqual(["C7"]);
    expect(await told(numbered(counts))).toEqual([]);
    expect(await told(numbered(counts.map((_, i) => 1 + (i % 5))))).toEqual(["C7i"]);
  });

  test("C7: neither class numbers nor counts are yes or no", async () => {
    const head = new Sequential([new Dense(1, { activation: "sigmoid" })]);
    expect(await told(still(classes(5, head, { loss: "binaryCrossentropy" })))).toEqual(["C7"]);
    expect(
      await told(still(amounts({ loss: "binaryCrossentropy" }, new Dense(1, { activation: "sigmoid" })))),
    ).toEqual(["C7"]);
  });

  test("C7: pictures of 0 and 1 that are painted again may have a squared error", async () => {
    const data = Array.from({ length: 60 }, (_, row) =>
      Array.from({ length: 9 }, (__, k) => Math.round(pseudo(9 * row + k))),
    );
    const model = new Sequential([hidden(), new Dense(9, { activation: "sigmoid" })]);
    expect(await told({ data, labels: data, model, compile: { loss: "mse" }, experiments: false })).toEqual(
      [],
    );
  });

  test.each([
    ["labels as they come", (y: Tensor, p: Tensor) => p.sub(y).square().mean(), ["C8"]],
    [
      "a reshape of one of them inside",
      (y: Tensor, p: Tensor) =>
        p
          .sub(y.reshape([-1]))
          .square()
          .mean(),
      ["C8"],
    ],
    [
      "both in a row",
      (y: Tensor, p: Tensor) =>
        p
          .reshape([-1])
          .sub(y.reshape([-1]))
          .square()
          .mean(),
      [],
    ],
    [
      "all pairs of rows on purpose",
      (y: Tensor, p: Tensor) => {
        const pairs = (x: Tensor): Tensor => x.expandDims(1).sub(x.expandDims(0));
        return pairs(p).sub(pairs(y)).square().mean();
      },
      [],
    ],
  ])("C8: %s", async (_, loss, codes) => {
    expect(await told({ ...amounts({ loss }), experiments: false })).toEqual(codes);
  });

  test("C10 is not told as a model that cannot learn (C18)", async () => {
    const { labels, ...rest } = amounts({ loss: "mse" }, new Dense(1, { activation: "relu" }));
    const below = (labels as Float32Array).map((of) => of - 3);
    expect(await told({ ...rest, labels: below })).toEqual(["C10"]);
  });
});

describe("several outputs", () => {
  const { data, labels } = slope(80);
  const model = (price: Dense): Model => {
    const x = input({ shape: [2] });
    const h = hidden().call(x);
    return new Model({ inputs: x, outputs: { price: price.call(h), extra: new Dense(3).call(h) } as never });
  };

  test("an output without a loss needs no labels, and the finding names the other", async () => {
    const of = (price: Dense): ExamineOptions => ({
      data,
      labels: { price: tensor(labels) },
      model: model(price),
      compile: { loss: { price: "mse", extra: null }, optimizer: "adam" },
    });
    expect(await told(of(new Dense(1)))).toEqual([]);
    const [finding] = await seen(of(new Dense(1, { activation: "relu" })));
    expect(finding.catalogue).toBe("C10");
    expect(finding.title).toContain('"price"');
  });
});

describe("layers and first weights", () => {
  test("C13: a narrow layer without an activation holds back on purpose", async () => {
    const wide = Array.from({ length: 60 }, (_, row) =>
      Array.from({ length: 12 }, (__, k) => pseudo(12 * row + k)),
    );
    const of = (units: number): ExamineOptions => ({
      data: wide,
      labels: slope(60).labels,
      model: new Sequential([new Dense(units), hidden(), new Dense(1)]),
      compile: { loss: "mse" },
      experiments: false,
    });
    expect(await told(of(4))).toEqual(["C13i"]);
    expect(await told(of(16))).toEqual(["C13"]);
  });

  const sizes = (layers: readonly (Dense | Lambda | Activation)[]): ExamineOptions =>
    classes(3, new Sequential(layers), { loss: "sparseCategoricalCrossentropy" });
  const ones = new Constant({ value: 0.1 });

  test("C16: two layers of weights that are all alike, but not one", async () => {
    const alike = hidden({ kernelInitializer: ones });
    expect(await told(sizes([alike, hidden({ kernelInitializer: ones }), softmaxOf(3)]))).toEqual(["C16"]);
    expect(await told(sizes([hidden({ kernelInitializer: ones }), softmaxOf(3)]))).toEqual([]);
  });

  test("C16: a factor before the softmax; the first weights are not blamed", async () => {
    const layers = [
      hidden(),
      new Dense(3),
      new Lambda((x) => (x as Tensor).mul(100)),
      new Activation("softmax"),
    ];
    const [finding] = await seen(still(sizes(layers)));
    expect(finding.catalogue).toBe("C16");
    expect(finding.fix).not.toContain("kernelInitializer");
  });

  test("C16: weights in He's manner in narrow layers, and paths that are added up, are sound", async () => {
    const he: DenseOptions = { kernelInitializer: "heUniform" };
    const narrow = Array.from({ length: 5 }, () => hidden(he, 8));
    expect(await told(still(sizes([...narrow, softmaxOf(3)])))).toEqual([]);
    const x = input({ shape: [2] });
    let h = hidden().call(x);
    for (let i = 0; i < 4; i++) h = new Add().call([h, hidden().call(h)] as never);
    const model = new Model({ inputs: x, outputs: softmaxOf(3).call(h) });
    const compile = { loss: "sparseCategoricalCrossentropy" } as const;
    expect(await told(still({ ...clouds(3, 120, { spread: 1 }), model, compile }))).toEqual([]);
  });

  test("C16: what a first bias could say at once is information", async () => {
    const { data } = slope(200);
    const rare = data.map((_, row) => Number(row % 50 === 0));
    const of = (
      labels: readonly number[],
      loss: "mse" | "binaryCrossentropy",
      head: Dense,
    ): ExamineOptions => ({
      data,
      labels,
      model: new Sequential([head]),
      compile: { loss },
      experiments: false,
    });
    expect(await told(of(rare, "binaryCrossentropy", new Dense(1, { activation: "sigmoid" })))).toEqual([
      "C16i",
    ]);
    expect(
      await told(
        of(
          data.map(([a]) => 50 + a),
          "mse",
          new Dense(1),
        ),
      ),
    ).toEqual(["C16i"]);
  });

  test("C17: many layers that shrink a change below rounding still see their inputs", async () => {
    const small = new RandomNormal({ stddev: 0.05 });
    const deep = Array.from({ length: 8 }, () => hidden({ activation: "sigmoid", kernelInitializer: small }));
    expect(await told(sizes([...deep, softmaxOf(3)]))).not.toContain("C17");
  });

  test("C18 says that the gradient gets lost", async () => {
    const small = new RandomNormal({ stddev: 0.01 });
    const deep = Array.from({ length: 10 }, () => hidden({ activation: "tanh", kernelInitializer: small }));
    const findings = await seen(sizes([...deep, softmaxOf(3)]));
    expect(findings.map(({ catalogue }) => catalogue)).toEqual(["C18"]);
    expect(findings[0].evidence.join()).toContain("gets lost on its way back");
  });
});

describe("a wrong sign (C18)", () => {
  const crossentropy = new SparseCategoricalCrossentropy();
  const head = (): Sequential => new Sequential([hidden(), softmaxOf(3)]);

  test.each([
    ["a squared error", () => amounts({ loss: (y: Tensor, p: Tensor) => squared(y, p).neg() })],
    ["an absolute error", () => amounts({ loss: (y: Tensor, p: Tensor) => squared(y, p).sqrt().neg() })],
    [
      "a cross-entropy",
      () => classes(3, head(), { loss: (y: Tensor, p: Tensor) => crossentropy.call(y, p).neg() }),
    ],
    [
      "a negative weight",
      () => classes(3, head(), { loss: "sparseCategoricalCrossentropy", lossWeights: [-1] }),
    ],
  ])("%s", async (_, options) => {
    const [finding] = await seen(options());
    expect(finding.catalogue).toBe("C18");
    expect(finding.fix).toContain("sign");
  });

  test.each([
    ["a squared error", () => amounts({ loss: squared })],
    [
      "a cross-entropy",
      () => classes(3, head(), { loss: (y: Tensor, p: Tensor) => crossentropy.call(y, p) }),
    ],
  ])("%s of one's own with the right one", async (_, options) => {
    expect(await told(options())).toEqual([]);
  });
});

describe("no gradient, and rows that do not count (C15)", () => {
  const own = (y: Tensor, p: Tensor): Tensor => y.reshape(p.shape).sub(p);
  const log = (p: Tensor): Tensor => p.clip(1e-7, 1).log();

  test.each([
    ["the worst row", (y: Tensor, p: Tensor) => own(y, p).square().max(), "the worst of them"],
    ["errors that cancel", (y: Tensor, p: Tensor) => own(y, p).mean().abs(), "the answer of another row"],
    ["a mean against a mean", (y: Tensor, p: Tensor) => y.mean().sub(p.mean()).square(), "another row"],
    ["labels that are not used", (_: Tensor, p: Tensor) => p.sub(3).square().mean(), "another row"],
  ])("%s", async (_, loss, says) => {
    const findings = await seen(still(amounts({ loss })));
    expect(findings.map(({ catalogue }) => catalogue)).toEqual(["C15"]);
    expect(findings[0]).toMatchObject({ severity: "warning", confirmed: true });
    expect(findings[0].title).toContain(says);
  });

  test.each([
    ["the root of the mean square", (y: Tensor, p: Tensor) => own(y, p).square().mean().sqrt()],
    [
      "rows that count by their size",
      (y: Tensor, p: Tensor) => own(y, p).square().mul(y.abs().reshape(p.shape)).mean(),
    ],
    [
      "the share of the variance that is left",
      (y: Tensor, p: Tensor) => own(y, p).square().sum().div(y.sub(y.mean()).square().sum().add(1e-6)),
    ],
    ["a smooth maximum", (y: Tensor, p: Tensor) => own(y, p).square().exp().mean().log()],
    [
      "a correlation",
      (y: Tensor, p: Tensor) => {
        const [a, b] = [y.reshape(p.shape).sub(y.mean()), p.sub(p.mean())];
        return a.mul(b).mean().div(a.square().mean().mul(b.square().mean()).sqrt().add(1e-7)).neg();
      },
    ],
  ])("%s is honest", async (_, loss) => {
    expect(await told(still(amounts({ loss })))).toEqual([]);
  });

  test("a cross-entropy by hand is honest", async () => {
    const loss = (y: Tensor, p: Tensor): Tensor =>
      y.reshape([-1]).cast("int32").oneHot(3).mul(log(p)).sum(1).mean().neg();
    expect(await told(still(classes(3, new Sequential([hidden(), softmaxOf(3)]), { loss })))).toEqual([]);
  });

  test("inputs of nothing but 0 are named, and no operation of our own losses", async () => {
    const black = clouds(3, 60).labels;
    const find = async (
      layers: readonly (Dense | Lambda)[],
      data: number[][],
    ): Promise<Finding | undefined> => {
      const compile = { loss: "sparseCategoricalCrossentropy", optimizer: "adam" } as const;
      const findings = await seen(still({ data, labels: black, model: new Sequential(layers), compile }));
      return findings.find(({ catalogue }) => catalogue === "C15");
    };
    const zeros = Array.from(black as ArrayLike<number>, () => [0, 0]);
    const first = await find([hidden(), softmaxOf(3)], zeros);
    expect(first?.evidence.join()).toContain("All values of the inputs are 0");
    const nothing = new Lambda((x) => (x as Tensor).mul(0), { name: "nothing" });
    const inside = await find(
      [nothing, hidden(), softmaxOf(3)],
      zeros.map((_, i) => [pseudo(i), 1 - pseudo(i)]),
    );
    expect(inside?.evidence.join()).toContain("What nothing gives");
    expect(`${first?.fix} ${inside?.fix} ${first?.evidence.join()}`).not.toContain("stopGradient");
  });
});

describe("what the best answers cost (C18)", () => {
  const rows = clouds(4, 120, { spread: 1 });
  const given = Array.from(rows.labels as ArrayLike<number>);
  const shares = (of: (own: boolean) => number): number[][] =>
    given.map((own) => {
      const values = [0, 1, 2, 3].map((k) => of(k === own));
      const sum = values.reduce((a, b) => a + b, 0);
      return values.map((value) => value / sum);
    });
  const of = (labels: number[][], head: Dense[], labelSmoothing = 0): ExamineOptions => ({
    data: rows.data,
    labels,
    model: new Sequential(head),
    compile: { loss: new CategoricalCrossentropy({ labelSmoothing }), optimizer: "adam" },
  });
  const dead = new Constant({ value: -100 });
  const hot = (): number[][] => shares((own) => Math.exp(own ? 4 / 6 : 0));
  const hard = (): number[][] => shares(Number);

  test("shares that are hardly surer than a guess are learnt by heart, and a dead layer still is not", async () => {
    expect(await told(of(hot(), [hidden(), softmaxOf(4)]))).toEqual([]);
    const findings = await seen(of(hot(), [hidden({ biasInitializer: dead }), softmaxOf(4)]));
    const [finding] = findings.filter(({ catalogue }) => catalogue === "C18");
    expect(finding.title).toContain("the best answers there could be");
  });

  test.each([
    [0.1, []],
    [0.5, []],
    [0.9, ["C18"]],
    [1, ["C18"]],
  ])("label smoothing of %s", async (smoothing, codes) => {
    expect(await told(of(hard(), [hidden(), softmaxOf(4)], smoothing))).toEqual(codes);
  });

  test("label smoothing that leaves nothing says what it asks for", async () => {
    const [finding] = await seen(of(hard(), [hidden(), softmaxOf(4)], 0.9));
    expect(finding).toMatchObject({ severity: "warning", confirmed: true });
    expect(finding.title).toContain("32.5% at most");
    const binary = { ...clouds(2, 120), model: new Sequential([new Dense(1, { activation: "sigmoid" })]) };
    const loss = new BinaryCrossentropy({ labelSmoothing: 0.95 });
    const [half] = await seen({ ...binary, compile: { loss, optimizer: "adam" } });
    expect(half.title).toContain("52.5% at most");
  });

  test("a loss of one's own may rest on any number", async () => {
    const resting = (y: Tensor, p: Tensor): Tensor => squared(y, p).add(1000);
    expect(await told(amounts({ loss: resting }))).toEqual([]);
  });
});

describe("the optimizer (C20)", () => {
  const with_ = (optimizer: Adam | SGD | RMSprop): FitCase => ({
    ...slope(120),
    model: new Sequential([hidden(), new Dense(1)]),
    compile: { loss: "mse", optimizer },
  });

  test.each([
    ["too large", new Adam({ learningRate: 20 }), "Rate"],
    ["too small", new Adam({ learningRate: 1e-8 }), "Rate"],
    ["an epsilon that swallows every step", new Adam({ epsilon: 1000 }), "epsilon"],
    ["clipping that swallows every step", new SGD({ learningRate: 0.1, clipnorm: 1e-7 }), "clipnorm"],
  ])("%s", async (_, optimizer, fix) => {
    const findings = await seen(with_(optimizer));
    expect(findings.map(({ catalogue }) => catalogue)).toEqual(["C20"]);
    expect(findings[0].fix).toContain(fix);
  });

  test("a rate that is far too large stands before the overflow that it leads to", async () => {
    const { report } = await runCase({ ...with_(new SGD({ learningRate: 30 })), fit: { epochs: 5 } });
    expect(report.findings.slice(0, 2).map(({ catalogue }) => catalogue)).toEqual(["C20", "T1"]);
  });

  test.each([
    ["an epsilon of 1 with a rate for it", new RMSprop({ learningRate: 0.3, epsilon: 1 })],
    ["momentum and clipping", new SGD({ learningRate: 0.05, momentum: 0.9, clipnorm: 1 })],
    ["plain steps", new SGD({ learningRate: 0.01 })],
  ])("%s", async (_, optimizer) => {
    expect(await told(with_(optimizer))).toEqual([]);
  });
});
