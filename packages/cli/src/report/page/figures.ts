/** What a model is worth, on the page of a run: beside the baseline, beside an earlier run, and with intervals. */
import type { Measurements } from "plumb-ml/doctor";
import { classNames } from "../../experiment/task.ts";
import type { Setup } from "../../experiment/setup.ts";
import type { TestedClasses, TestedRegression } from "../../experiment/testing.ts";
import type { EarlierRun } from "../../run/earlier.ts";
import type { TrainResult } from "../../run/stored.ts";
import { cut, plural, showNumber } from "../format.ts";
import { escaped, table } from "./html.ts";

/** Numbers of a test by the names that a reader knows. */
type Figures = Readonly<Record<string, number>>;

export function figuresSection(setup: Setup, result: TrainResult, earlier: EarlierRun | undefined): string {
  const { test, baseline, rows, threshold } = result;
  const always = typeof baseline.always === "number" ? showNumber(baseline.always) : cut(baseline.always, 20);
  const [now, least] = [figuresOf(setup, test as Tested), figuresOf(setup, baseline as Tested)];
  const before = earlier && figuresOf(setup, earlier.result.test as Tested);
  const cell = (value: number | undefined): string => (value === undefined ? "" : showNumber(value));
  const lines = Object.entries(now).map(([name, value]) => [
    escaped(name),
    `<b>${cell(value)}</b>`,
    ...(before === undefined ? [] : [cell(before[name])]),
    cell(least[name]),
  ]);
  const head = [
    "",
    earlier === undefined ? "model" : "now",
    ...(earlier === undefined ? [] : [`before (${escaped(earlier.name)})`]),
    `always ${escaped(always)}`,
  ];
  const notes = [
    ...(threshold === undefined
      ? []
      : [
          `${classNames(setup.target)[1]} is said from a probability of ${showNumber(threshold)} on${setup.threshold === "auto" ? ", the threshold that was best for the validation rows" : ""}.`,
        ]),
    ...(earlier?.sameRows === false
      ? [`${earlier.name} was tested on other rows: small differences may be chance.`]
      : []),
  ];
  return `<h2>${earlier === undefined ? "What it is worth" : "Before and after"}</h2>
<p class="soft">${plural(rows.test, "test row")}, of which training saw none.${notes.map((note) => ` ${escaped(note)}`).join("")}</p>
${table([head, ...lines])}`;
}

/** Of which tests and baselines have some. */
type Tested = Partial<TestedClasses["test"] & TestedRegression["test"]>;

/** Of more classes than this, nobody reads each. */
const shownClasses = 12;

function figuresOf({ target }: Setup, tested: Tested): Figures {
  const { accuracy, macroF1, perClass = {}, loss, r2, rmse, mae } = tested;
  const names = classNames(target);
  const all: Record<string, number | undefined> = {
    accuracy,
    "macro F1": macroF1,
    ...Object.fromEntries(
      Object.values(perClass)
        .slice(0, shownClasses)
        .flatMap(({ recall, precision }, k) => [
          [`recall of ${names[k]}`, recall],
          [`precision of ${names[k]}`, precision],
        ]),
    ),
    "R²": r2,
    [`RMSE, in ${target.name}`]: rmse,
    [`MAE, in ${target.name}`]: mae,
    loss,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Figures;
}

/** More metrics than this nobody reads. */
const mostMetrics = 40;

/** Metrics with intervals, on test and validation rows, and before on the test rows. */
export function intervalsSection(
  { validation, test }: { readonly validation: Measurements; readonly test: Measurements },
  before: Measurements | undefined,
): string {
  const of = (all: Measurements | undefined, name: string): string => {
    const one = all?.[name];
    if (one === undefined) return "";
    const { value, low, high } = one;
    return `${showNumber(value)} <small>${showNumber(low)} … ${showNumber(high)}</small>`;
  };
  const lines = Object.keys(test)
    .slice(0, mostMetrics)
    .map((name) => [
      escaped(inWords(name)),
      of(test, name),
      ...(before === undefined ? [] : [of(before, name)]),
      of(validation, name),
    ]);
  const head = ["", "test rows", ...(before === undefined ? [] : ["test rows, before"]), "validation rows"];
  return `<h2>Metrics with intervals</h2>
<p class="soft">In small print the interval of 95%: of 100 sets of rows of the same kind and number, about 95 would give a value in it.</p>
${table([head, ...lines])}`;
}

const inFull: Readonly<Record<string, string>> = {
  crossentropy: "cross-entropy, in nats",
  brierScore: "Brier score (squared error of the probabilities)",
  expectedCalibrationError: "calibration error (how far probabilities are from what came true)",
  rocAuc: "ROC AUC (0.5 is chance)",
  averagePrecision: "average precision",
  f1Score: "F1",
  r2Score: "R²",
};

/** `balancedAccuracy` as `balanced accuracy`, with what it means where few know. */
function inWords(name: string): string {
  const [metric, ...of] = name.split(" ");
  const words = inFull[metric] ?? metric.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return [words, ...of].join(" ");
}
