/** The test: the model against a baseline that looks at no column. */
import type { FlatArray, Sequential } from "plumb-ml";
import { inputsAt, targetAt, type Setup } from "./setup.ts";
import { bestThreshold } from "./threshold.ts";
import { constantLoss, decide, probabilitiesOf, scoreClasses, scoreRegression, unscaled } from "./score.ts";
import type { ClassesScore, RegressionScore } from "./score.ts";
import { moments } from "../prepare/statistics.ts";
import type { Objective, Scale } from "./objective.ts";

export interface TestData {
  /** Inputs of the test rows. */
  readonly x: FlatArray;
  /** Class codes or quantities of the training rows: what the baseline knows. */
  readonly train: Float64Array;
  /** Those of the test rows. */
  readonly truth: Float64Array;
}

/** A score with the loss that was trained for. */
export type Scored<Score> = { readonly loss: number } & Score;

/** The model and the baseline, of which it is said what it always says. Of one that says one class, two numbers do. */
export interface TestedClasses {
  readonly baseline: { readonly always: string } & Scored<Pick<ClassesScore, "accuracy" | "macroF1">>;
  readonly test: Scored<ClassesScore>;
}
export interface TestedRegression {
  readonly baseline: { readonly always: number } & Scored<RegressionScore>;
  readonly test: Scored<RegressionScore>;
}

/** What came out of a test, and the threshold that decided, where one was asked for. */
export type Tested = (TestedClasses | TestedRegression) & { readonly threshold?: number };

/** Rows per step when nothing is learned. */
const batchSize = 256;

/** Tests the model of a run on its test rows. */
export async function testOn(setup: Setup, model: Sequential): Promise<Tested> {
  const { target, objective, parts } = setup;
  const data = {
    x: inputsAt(setup, parts.test),
    train: targetAt(setup, parts.train),
    truth: targetAt(setup, parts.test),
  };
  if (target.task !== "classes") return testRegression(model, objective, data);
  const threshold = await thresholdOf(setup, model);
  const tested = await testClasses(model, objective, target.classes, data, threshold);
  return { ...tested, ...(threshold === undefined ? {} : { threshold }) };
}

/** The threshold that was given; `auto` is the best for the validation rows, so that the test rows judge it too. */
async function thresholdOf(setup: Setup, model: Sequential): Promise<number | undefined> {
  const { threshold, parts, objective } = setup;
  if (threshold !== "auto") return threshold;
  const outputs = await (await model.predict(inputsAt(setup, parts.validation), { batchSize })).data();
  const probabilities = probabilitiesOf(outputs, objective.units, 2);
  return bestThreshold(
    probabilities.filter((_, i) => i % 2 === 1),
    Uint8Array.from(targetAt(setup, parts.validation)),
  );
}

/** Tests classes against the most frequent class of the training rows, whose loss is that of the classes' frequencies. */
export async function testClasses(
  model: Sequential,
  objective: Objective,
  classes: readonly string[],
  { x, train, truth }: TestData,
  threshold?: number,
): Promise<TestedClasses> {
  const counts = classes.map((_, k) => train.reduce((count, code) => count + Number(code === k), 0));
  const most = counts.indexOf(Math.max(...counts));
  const shares = counts.map((count) => count / train.length);
  const constant = objective.units === classes.length ? shares : [shares[1]];
  const codes = Int32Array.from(truth);
  const outputs = await (await model.predict(x, { batchSize })).data();
  const probabilities = probabilitiesOf(outputs, objective.units, classes.length);
  const decided = decide(probabilities, classes.length, threshold);
  const { accuracy, macroF1 } = scoreClasses(codes, new Int32Array(codes.length).fill(most), classes);
  return {
    baseline: {
      always: classes[most],
      loss: constantLoss(objective, truth, constant),
      accuracy,
      macroF1,
    },
    test: { loss: await lossOn(model, objective, x, truth), ...scoreClasses(codes, decided, classes) },
  };
}

/** Tests quantities against the mean of the training rows, in the target's own units. */
export async function testRegression(
  model: Sequential,
  objective: Objective,
  { x, train, truth }: TestData,
): Promise<TestedRegression> {
  const scale = objective.scale as Scale;
  const { mean } = moments(train);
  const outputs = await (await model.predict(x, { batchSize })).data();
  return {
    baseline: {
      always: mean,
      loss: constantLoss(objective, truth, [(mean - scale.mean) / scale.deviation]),
      ...scoreRegression(truth, new Float64Array(truth.length).fill(mean)),
    },
    test: {
      loss: await lossOn(model, objective, x, truth),
      ...scoreRegression(truth, unscaled(outputs, scale)),
    },
  };
}

async function lossOn(
  model: Sequential,
  objective: Objective,
  x: FlatArray,
  truth: Float64Array,
): Promise<number> {
  return (await model.evaluate(x, objective.labels(truth), { batchSize })).loss;
}
