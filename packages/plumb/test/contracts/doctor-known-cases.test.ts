/** Cases that everybody knows, told as a user meets them, and their neighbours, of which nothing may be said. */
import { beforeEach, describe, expect, test } from "vitest";
import { setGeneratorState } from "../../src/base/seed.ts";
import {
  check,
  Doctor,
  examine,
  review,
  runCase,
  type FitCase,
  type Report,
  type ReviewOptions,
} from "../../src/doctor/index.ts";
import { clouds, pseudo } from "../../src/doctor/made-up.ts";
import {
  Adam,
  Dense,
  GradientTape,
  Sequential,
  SGD,
  softmax,
  SparseCategoricalCrossentropy,
  tensor,
  type Batch,
  type StepOutput,
} from "../../src/index.ts";

beforeEach(() => setGeneratorState({ seed: 1, counter: 0 }));

const ids = ({ findings }: Report): string[] => findings.map(({ catalogue }) => catalogue);
const titled = (report: Report, id: string): string =>
  report.findings.find(({ catalogue }) => catalogue === id)?.title ?? "";

describe("a loss far lower on training rows than on others is overfitting", () => {
  const mse = (loss: number | number[], valLoss: number | number[]): Promise<Report> =>
    review({ history: { loss, val_loss: valLoss }, loss: "mse" });

  test("a mean squared error of 0.01 against 0.5", async () => {
    const report = await mse(0.01, 0.5);
    expect(ids(report)).toEqual(["P1"]);
    expect(titled(report, "P1")).toBe(
      "Overfitting: the loss on the validation rows is 0.5, 50 times the training loss of 0.01",
    );
    const [{ why, fix }] = report.findings;
    expect(why).toContain("memorised its training rows");
    expect(fix).toContain("new EarlyStopping({");
    expect(ids(await mse([0.8, 0.2, 0.01], [0.7, 0.4, 0.5]))).toEqual(["P1"]);
  });

  test("a cross-entropy of 0.05 against 1.5 among three classes is also worse than ln 3", async () => {
    const history = { loss: 0.05, val_loss: 1.5 };
    const known: readonly Partial<ReviewOptions>[] = [
      { classes: 3 },
      { classes: ["ant", "bee", "cow"] },
      { classes: 3, loss: "sparseCategoricalCrossentropy" },
      { classes: 3, loss: new SparseCategoricalCrossentropy({ fromLogits: true }) },
    ];
    for (const options of known) {
      const report = await review({ history, ...options });
      expect(ids(report)).toEqual(["P1", "P2"]);
      expect(titled(report, "P1")).toMatch(/^Overfitting: .* is 1\.5, 30 times the training loss of 0\.05$/);
      expect(titled(report, "P2")).toMatch(/ is 1\.5, worse than chance: .* 3 classes .* ln 3 = 1\.10$/);
    }
  });

  test("and the neighbours are not", async () => {
    for (const [loss, valLoss] of [
      [0.4, 0.5],
      [0.01, 0.012],
      [0.5, 0.01],
    ])
      expect(ids(await mse(loss, valLoss)), `${loss} against ${valLoss}`).toEqual([]);
    const entropy = (loss: number, valLoss: number, classes: number): Promise<Report> =>
      review({ history: { loss, val_loss: valLoss }, classes });
    // Of ten classes 1.5 is better than guessing, ln 10 = 2.30; and one that has just begun lies about ln K.
    expect(ids(await entropy(0.05, 1.5, 10))).toEqual(["P1"]);
    expect(ids(await entropy(0.05, 0.09, 3))).toEqual([]);
    expect((await entropy(1.05, 1.12, 3)).findings.map(({ severity }) => severity)).toEqual(["information"]);
  });

  test("a training that learns labels drawn by lot, and one that has something to learn", async () => {
    const training = (lot: boolean): FitCase => {
      const data = Array.from({ length: lot ? 120 : 600 }, (_, row) =>
        Array.from({ length: 20 }, (_, column) => 2 * pseudo(20 * row + column) - 1),
      );
      return {
        data,
        labels: data.map(([a, b], row) => Number(lot ? pseudo(row + 4000) < 0.5 : a + b > 0)),
        validationSplit: 0.5,
        model: new Sequential([
          new Dense(32, { activation: "relu" }),
          new Dense(1, { activation: "sigmoid", ...(lot ? {} : { kernelRegularizer: "l2" }) }),
        ]),
        compile: { loss: "binaryCrossentropy", optimizer: new Adam({ learningRate: 0.01 }) },
        fit: { epochs: lot ? 100 : 10, batchSize: 20 },
      };
    };
    expect(ids((await runCase(training(true))).report)).toEqual(expect.arrayContaining(["P1", "P2"]));
    const clean = ids((await runCase(training(false))).report);
    expect(clean).not.toContain("P1");
    expect(clean).not.toContain("P2");
  });
});

describe("an accuracy of 98% with a recall of 12% hides the rare class", () => {
  /** Of `rows` every fortieth is of the second class; of these a share gets 0.7, the others 0.3, and the first class 0.1. */
  const predictions = (rows: number, found: number) => {
    const labels = Array.from({ length: rows }, (_, row) => Number(row % 40 === 0));
    const enough = Math.round((rows / 40) * found);
    return {
      labels,
      predictions: labels.map((of, row) => (of === 0 ? 0.1 * pseudo(row) : row / 40 < enough ? 0.7 : 0.3)),
      kind: "probabilities" as const,
    };
  };

  test.each([1000, 40_000])(
    "of %i rows, as probabilities of one class, of both, and as logits",
    async (rows) => {
      const one = predictions(rows, 0.12);
      const columns = Array.from(one.predictions, (p) => [1 - p, p]).flat();
      const logits = Array.from(one.predictions, (p) => Math.log(p / (1 - p)));
      for (const options of [
        one,
        { ...one, predictions: columns },
        { ...one, predictions: logits, kind: "logits" as const },
      ]) {
        const report = await check(options);
        expect(ids(report)[0]).toBe("P5");
        expect(titled(report, "P5")).toBe(
          "97.8% of the rows are classified correctly, but only 12.0% of class 1",
        );
        const [{ evidence, fix }] = report.findings;
        // The majority baseline, and the recall with its interval.
        expect(evidence.join()).toContain("Always answering class 0 would be right in 97.5%");
        expect(evidence.join()).toMatch(
          /a recall of 12\.0%, with an interval of 95% from \d+\.\d% to \d+\.\d%/,
        );
        expect(fix).toContain("classWeight: {");
      }
    },
  );

  test("a threshold below 0.5 mends it, and then nothing is said", async () => {
    const options = predictions(1000, 0.12);
    expect(titled(await check(options), "P11")).toMatch(/finds 100\.0% of class 1 instead of 12\.0%/);
    expect(ids(await check({ ...options, threshold: 0.2 }))).toEqual(
      expect.not.arrayContaining(["P5", "P11"]),
    );
  });

  test("and the neighbours hide none", async () => {
    expect(ids(await check(predictions(1000, 0.88)))).not.toContain("P5");
    // As many of both classes: an accuracy of 56% hides nothing.
    const labels = Array.from({ length: 1000 }, (_, row) => row % 2);
    const even = labels.map((of, row) => (of === 1 && pseudo(row) < 0.12 ? 0.7 : 0.3));
    expect(ids(await check({ labels, predictions: even, kind: "probabilities" }))).not.toContain("P5");
  });
});

describe("probabilities that are read as logits have a floor", () => {
  const floors = [
    [3, "0.551"],
    [10, "1.461"],
  ] as const;
  const head = (classes: number, activation: "softmax" | undefined, fromLogits: boolean): FitCase => ({
    ...clouds(classes, 20 * classes, { spread: 0.2 }),
    // Of a function of one's own nobody knows what it is: nothing refuses it.
    model: new Sequential([
      new Dense(16, { activation: "tanh" }),
      new Dense(classes, { activation: activation && ((x) => softmax(x)) }),
    ]),
    compile: {
      loss: new SparseCategoricalCrossentropy({ fromLogits }),
      optimizer: "adam",
      metrics: ["accuracy"],
    },
    fit: { epochs: 40 },
  });

  test.each(floors)("before training, of %i classes %s", async (classes, floor) => {
    const { data, labels } = clouds(classes, 20 * classes);
    const examined = (fromLogits: boolean): Promise<Report> =>
      examine({
        model: new Sequential([new Dense(classes, { activation: "softmax" })]),
        compile: { loss: new SparseCategoricalCrossentropy({ fromLogits }) },
        data,
        labels,
        experiments: false,
      });
    const report = await examined(true);
    expect(ids(report)[0]).toBe("C2");
    expect(titled(report, "C2")).toContain(floor);
    expect(ids(await examined(false))).not.toContain("C2");
  });

  test.each(floors)(
    "after training it is drawn: the loss of %i classes comes to rest above %s",
    async (classes, floor) => {
      const { report } = await runCase(head(classes, "softmax", true));
      const finding = report.findings[0];
      expect(finding.catalogue).toBe("C2");
      const [picture] = [finding.drawing?.join("\n") ?? ""];
      expect(picture).toContain("•");
      expect(picture).toMatch(
        new RegExp(
          `${Number(floor).toPrecision(3)} .*─ lowest possible loss, ln\\(1 \\+ ${classes - 1}/e\\)`,
        ),
      );
      // The line of the floor is the lowest: no epoch is below it.
      const lines = picture.split("\n");
      expect(lines.findIndex((line) => line.includes("lowest possible"))).toBe(lines.length - 2);
      expect(String(report)).toContain(picture.split("\n")[0]);
      for (const [activation, fromLogits] of [
        [undefined, true],
        ["softmax", false],
      ] as const)
        expect(ids((await runCase(head(classes, activation, fromLogits))).report)).not.toContain("C2");
    },
  );

  test("of predictions alone the floor stands beside what they cost, read either way", async () => {
    const labels = Array.from({ length: 60 }, (_, row) => row % 3);
    const predictions = labels.flatMap((of, row) =>
      [0, 1, 2].map((k) => (k === of ? 0.9 - 0.1 * pseudo(row) : 0.05 + 0.05 * pseudo(row))),
    );
    const report = await check({ labels, predictions, kind: "logits" });
    const [{ catalogue, number, drawing }] = report.findings;
    expect(catalogue).toBe("C2");
    expect(number).toBeCloseTo(Math.log(1 + 2 / Math.E), 12);
    expect(drawing?.map((line) => line.split(/ {2,}/)[0])).toEqual([
      "read as logits",
      "lowest possible, ln(1 + 2/e)",
      "read as probabilities",
    ]);
    expect(report.metrics.crossentropy.value).toBeGreaterThan(number);
    expect(ids(await check({ labels, predictions, kind: "probabilities" }))).toEqual([]);
  });
});

describe("a step that forgets to apply its gradients leaves all weights as they are (T12)", () => {
  class Forgetful extends Sequential {
    override trainStep(batch: Batch): StepOutput {
      const predictions = this.call(batch.x, { training: true });
      return { loss: batch.loss(predictions), predictions };
    }
  }
  const { data, labels } = clouds(2, 32);

  test.each([
    ["a step of one's own", Forgetful, true],
    ["the step that comes with a model", Sequential, false],
  ] as const)("%s", async (_, Model, forgets) => {
    const { report } = await runCase({
      data,
      labels,
      model: new Model([new Dense(4, { activation: "tanh" }), new Dense(1, { activation: "sigmoid" })]),
      compile: { loss: "binaryCrossentropy", optimizer: "adam" },
      fit: { epochs: 3 },
    });
    expect(ids(report).includes("T12")).toBe(forgets);
    if (forgets) expect(ids(report).indexOf("T12")).toBeLessThan(3);
  });

  test.each([true, false])("a loop of one's own, forgetful: %s", async (forgets) => {
    const model = new Sequential([new Dense(1)]);
    const [x, y] = [tensor(data), tensor(Float32Array.from(labels)).expandDims(-1)];
    const optimizer = new SGD({ learningRate: 0.1 });
    const doctor = new Doctor();
    doctor.watch(model, { data: x, labels: y, loss: "mse" });
    for (let i = 0; i < 5; i++) {
      const tape = new GradientTape(() => model.call(x).sub(y).square().mean());
      const gradients = tape.gradient(tape.value, model.trainableVariables);
      if (!forgets) optimizer.apply(gradients, model.trainableVariables);
      doctor.step(tape.value);
    }
    expect(ids(await doctor.finish()).includes("T12")).toBe(forgets);
  });
});
