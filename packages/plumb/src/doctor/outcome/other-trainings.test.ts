/** Trainings of other forms than one model with one output and a plain loss, and what is said of them after training. */
import { expect, describe, test } from "vitest";
import { Concatenate, Constant, Dense, input, Model, Quantile, Sequential, SGD } from "../../index.ts";
import { GradientTape, tensor } from "../../index.ts";
import { baselineOfLabels } from "../baseline.ts";
import { check, Doctor, review, runCase, type CheckOptions, type FitCase, type Report } from "../index.ts";
import { clouds, pseudo } from "../made-up.ts";
import { Labels } from "../subjects/labels.ts";
import { Table } from "../subjects/table.ts";

const ids = ({ findings }: Report): string[] => findings.map(({ catalogue }) => catalogue);
const severityOf = (report: Report, id: string): string | undefined =>
  report.findings.find(({ catalogue }) => catalogue === id)?.severity;

const rows = Array.from({ length: 120 }, (_, row) => [pseudo(row), pseudo(row + 500)]);
const amounts = rows.map(([a, b]) => [a - b]);
const marks = rows.map(([a, b]) => [Number(a > b)]);

describe("models that name their inputs and outputs", () => {
  const heads = () => {
    const x = input({ shape: [2] });
    return { x, tons: new Dense(1).call(x), good: new Dense(1, { activation: "sigmoid" }).call(x) };
  };

  test("in another order than the alphabet's are reviewed", async () => {
    const { x, tons, good } = heads();
    const { report, error } = await runCase({
      data: rows,
      labels: { tons: amounts, good: marks },
      validationSplit: 0.25,
      model: new Model({ inputs: x, outputs: { tons, good } }),
      compile: { optimizer: "sgd", loss: { tons: "mse", good: "binaryCrossentropy" } },
      fit: { epochs: 2 },
    });
    expect(error).toBeUndefined();
    expect(report.failed).toBe(false);
  });

  test("with one that is not trained are reviewed", async () => {
    const { x, tons, good } = heads();
    const { report } = await runCase({
      data: rows,
      labels: { tons: amounts },
      validationSplit: 0.25,
      model: new Model({ inputs: x, outputs: { tons, good } }),
      compile: { optimizer: "sgd", loss: { tons: "mse", good: null } },
      fit: { epochs: 2 },
    });
    expect(report.failed).toBe(false);
  });

  test("several inputs by name are predicted from", async () => {
    const [width, age] = [input({ shape: [1] }), input({ shape: [1] })];
    const joined = new Concatenate().call([width, age]);
    const { report } = await runCase({
      data: { width: rows.map(([a]) => [a]), age: rows.map(([, b]) => [b]) },
      labels: amounts,
      validationSplit: 0.25,
      model: new Model({ inputs: { width, age }, outputs: new Dense(1).call(joined) }),
      compile: { optimizer: new SGD({ learningRate: 1e-9 }), loss: "mse" },
      fit: { epochs: 2 },
    });
    // That it is told is proof that the model was asked.
    expect(ids(report)).toContain("P3");
  });
});

describe("a loop of one's own needs no compile", () => {
  const { data, labels } = clouds(2, 64);
  const looped = async (way: 1 | -1) => {
    const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
    const [x, y] = [tensor(data), tensor(Float32Array.from(labels)).expandDims(-1)];
    const [doctor, optimizer] = [new Doctor(), new SGD({ learningRate: 0.3 })];
    doctor.watch(model, { data: x, labels: y, loss: "binaryCrossentropy", epochs: 40 });
    for (let i = 0; i < 40; i++) {
      const tape = new GradientTape(() => {
        const p = model.call(x).maximum(1e-6).minimum(0.999999);
        const [others, ofOthers] = [p, y].map((of) => of.neg().add(1));
        return y.mul(p.log()).add(ofOthers.mul(others.log())).mean().mul(-way);
      });
      optimizer.apply(tape.gradient(tape.value, model.trainableVariables), model.trainableVariables);
      doctor.step(tape.value);
    }
    await doctor.finish();
    return { model, doctor };
  };

  test("its loss is known from the doctor, or given", async () => {
    const { model, doctor } = await looped(1);
    expect(ids(await review({ model, doctor, data, labels }))).not.toContain("P3");
    expect(ids(await review({ model, data, labels, loss: "binaryCrossentropy" }))).not.toContain("P3");
    await expect(review({ model, data, labels })).rejects.toThrow("PL4001");
  });

  test("one that goes uphill ends worse than a model that ignores its inputs, which is a warning", async () => {
    const { model, doctor } = await looped(-1);
    expect(severityOf(await review({ model, doctor, data, labels }), "P3")).toBe("warning");
    expect(severityOf(await review({ model, data, labels, loss: "binaryCrossentropy" }), "P3")).toBe(
      "warning",
    );
  });
});

describe("simple models (P4)", () => {
  const high = (loss: FitCase["compile"]["loss"]): FitCase => ({
    data: rows,
    labels: amounts,
    validationSplit: 0.5,
    model: new Sequential([
      new Dense(1, { kernelInitializer: "zeros", biasInitializer: new Constant({ value: 1 }) }),
    ]),
    compile: { optimizer: new SGD({ learningRate: 1e-9 }), loss },
    fit: { epochs: 2 },
  });

  test("are compared by the loss that was trained, and not at all where its best answer is no mean", async () => {
    const titleOf = async (loss: FitCase["compile"]["loss"]): Promise<string | undefined> =>
      (await runCase(high(loss))).report.findings.find(({ catalogue }) => catalogue === "P4")?.title;
    expect(await titleOf("mse")).toContain("mean squared error");
    expect(await titleOf("mae")).toContain("mean absolute error");
    expect(await titleOf(new Quantile({ quantile: 0.9 }))).toBeUndefined();
  });

  test("a prediction that is the same for all rows, and one by lot, say no more than the commonest class", async () => {
    const labels = Array.from({ length: 300 }, (_, row) => Number(pseudo(row) < 0.4));
    const of = (predictions: readonly number[]): CheckOptions => ({
      labels,
      predictions,
      kind: "probabilities",
    });
    const same = await check(of(labels.map(() => 0.4)));
    expect(ids(same)).toContain("P4");
    expect(same.findings[0].evidence).toContain("The prediction is the same in each of the 300 rows");
    expect(ids(await check(of(labels.map((_, row) => pseudo(row + 9000)))))).toContain("P4");
    expect(ids(await check(of(labels.map((label, row) => (label + pseudo(row + 9000)) / 2))))).not.toContain(
      "P4",
    );
  });
});

describe("many classes of which none has half of the rows", () => {
  // Next letters: the true class has a probability of 0.3 where it is common, of 0.05 where it is rare, of 20 classes.
  const labels = Array.from({ length: 2000 }, (_, row) => Math.floor(20 * pseudo(row) ** 2));
  const guided = (sure: number): CheckOptions => ({
    labels,
    predictions: labels.flatMap((label, row) => {
      const told = pseudo(row + 5000) < sure ? label : 0;
      return Array.from({ length: 20 }, (_, k) => (k === told ? 0.3 : 0.7 / 19));
    }),
    kind: "probabilities",
  });

  test("hide none where the commonest is surely beaten, though rare ones are seldom named (P5, P4)", async () => {
    const report = await check(guided(0.15));
    expect(ids(report)).not.toContain("P5");
    expect(ids(report)).not.toContain("P4");
    const never = await check(guided(0));
    expect(ids(never)).toContain("P4");
  });
});

describe("from the numbers of a history alone", () => {
  const told = (history: Record<string, readonly number[]>, classes?: number): Promise<Report> =>
    review({ history, ...(classes === undefined ? {} : { classes }) });

  test("an accuracy of 0.98 with a recall of 0.12 hides the rare class (P5)", async () => {
    const report = await told({ val_accuracy: [0.97, 0.98], val_recall: [0.1, 0.12] }, 2);
    expect(ids(report)).toEqual(["P5"]);
    expect(report.findings[0].title).toMatch(/^98\.0% of the validation rows .* only 12\.0%/);
    expect(report.findings[0].evidence[1]).toContain("at most 2.3% of the rows");
    for (const [accuracy, recall, classes] of [
      [0.98, 0.8, 2],
      // Up to 45% of the rows may be of the class: it need not be rare.
      [0.6, 0.12, 2],
      [0.98, 0.12, 3],
    ])
      expect(ids(await told({ accuracy: [accuracy], recall: [recall] }, classes))).not.toContain("P5");
    // A third of the errors of always saying the other class are gone.
    expect(ids(await told({ accuracy: [0.98], recall: [0.4], precision: [0.9] }))).toEqual([]);
    expect(ids(await told({ accuracy: [0.98], recall: [0.4], precision: [0.6] }))).toEqual(["P5"]);
  });

  test("a loss that is no number is an error, with the epoch (T1)", async () => {
    const report = await told({ loss: [1, 0.8, NaN, NaN], val_loss: [1, 0.9, NaN, NaN] });
    expect(ids(report)).toEqual(["T1"]);
    expect(report.failed).toBe(true);
    expect(report.findings[0].title).toBe("The loss of epoch 2 is NaN, which is no finite number");
    const held = await told({ loss: [1, 0.8, 0.7], val_loss: [1, 0.9, Infinity] });
    expect(held.findings[0].title).toContain("The validation loss of epoch 2 is Infinity");
    expect(ids(await told({ loss: [1, 0.8, 0.7], val_loss: [1, 0.9, 0.8] }))).toEqual([]);
  });

  test("a loss that stays at ln K for ten epochs stands still (T4)", async () => {
    const flat = Array.from({ length: 10 }, (_, i) => Math.log(10) + 0.004 * (i % 2));
    expect(severityOf(await told({ loss: flat }, 10), "T4")).toBe("warning");
    expect(ids(await told({ loss: flat.slice(1) }, 10))).not.toContain("T4");
    expect(ids(await told({ loss: flat.map((loss, i) => loss - 0.01 * i) }, 10))).not.toContain("T4");
  });
});

test("of labels that are all alike no ratio to knowing nothing is told (P3), and of labels that skip numbers it is right", async () => {
  const { report } = await runCase({
    data: rows,
    labels: rows.map(() => [1]),
    model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
    compile: { optimizer: new SGD({ learningRate: 1e-9 }), loss: "binaryCrossentropy" },
    fit: { epochs: 2 },
  });
  expect(ids(report)).not.toContain("P3");
  const labels = (values: Int32Array, shape: readonly number[]): Labels =>
    new Labels(new Table("labels", { values, shape, dtype: "int32" }), { task: "classes", count: 4 });
  const far = Int32Array.from({ length: 40 }, (_, row) => 10 * (row % 4));
  expect(baselineOfLabels({ kind: "crossentropy" }, labels(far, [40]))?.value).toBeCloseTo(Math.log(4), 12);
  // A class for each pixel: no row has one.
  expect(baselineOfLabels({ kind: "crossentropy" }, labels(far, [10, 2, 2]))).toBeUndefined();
});

test("of a model that is right everywhere no group is told (P9)", async () => {
  const labels = Array.from({ length: 400 }, (_, row) => row % 2);
  const report = await check({
    labels,
    predictions: labels.map((of, row) => Math.abs(of - (row < 200 ? 1e-3 : 1e-6) * (1 + pseudo(row)))),
    kind: "probabilities",
    inputs: { values: labels.map((_, row) => Number(row < 200)), width: 1 },
  });
  expect(ids(report)).not.toContain("P9");
});
