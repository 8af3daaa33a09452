import { Dense } from "../../layers/index.ts";
import { tensor } from "../../tensor/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ReviewOptions } from "../review.ts";
import { clouds } from "../made-up.ts";
import { meanOf } from "../statistics/intervals.ts";
import { normalQuantile } from "../statistics/normal.ts";
import type { RunSubject } from "../subjects/run.ts";
import { percent, points, show } from "../words.ts";

export const chosenAmongMany: Diagnosis = {
  id: "P10",
  code: "PL4210",
  severity: "warning",
  title: "one split has chosen among many models",
  thresholds: {
    gain: {
      value: 1,
      unit: "standard errors that the best of as many equal models is above its true value",
      source:
        "Blom, Statistical estimates and transformed beta-variables, 1958: the best of n normal numbers is about Φ⁻¹((n − 3/8) / (n + 1/4)); 1 is reached by 4 models",
    },
    matters: {
      value: 0.01,
      unit: "share of rows, or of the mean squared error",
      source: "with many held-out rows luck adds less than anybody reports",
    },
  },
  about: `Trying 20 models on the same held-out rows and keeping the best chooses for quality and for luck: even if all 20 are equally
good, one of them looks better than it is. The more models and the fewer rows, the more. The score that chose is then no
estimate for new rows; rows that nothing was chosen by give one.

How much luck alone lifts the best of n equal models follows from n and the standard error of the score. Models that are alike
share their luck, so this is the most to be expected. It is not told where there is a test part besides, or where luck adds less
than one percentage point.`,
  example: `const labels = [0, 1, 0, 1, 0, 1, 0, 1];
const data = labels.map((of, row) => [of + row / 8]);
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
model.compile({ loss: "binaryCrossentropy" });
const history = await model.fit(data, labels, { epochs: 1, validationSplit: 0.5 });
const run = { model, history, data, labels, validationSplit: 0.5 };
const report = await review({ ...run, tried: 20 });
console.log(report.findings.map(({ code }) => code)); // PL4210 is among them`,
  rules: {
    async run(run) {
      const { tried = 1, data } = run;
      const gain = bestOf(tried);
      const { gain: least, matters } = chosenAmongMany.thresholds;
      // Rows that nothing was chosen by make up for it.
      if (!(gain > least.value) || data?.test !== undefined) return undefined;
      const score = await scoreOf(run);
      const lift = score === undefined ? Infinity : gain * score.error;
      if (score !== undefined && lift < matters.value * score.unit) return undefined;
      const inErrors = `${show(Number(gain.toPrecision(3)))} standard errors`;
      return [
        {
          severity: "warning",
          title: `The best of ${tried} models tried on the same rows looks better than it is, by up to ${score === undefined ? inErrors : score.sayDifference(lift)}`,
          number: gain,
          threshold: least.value,
          evidence: [
            `Were all ${tried} equally good, luck alone would lift the best of them by ${inErrors} of its score on average`,
            ...(score === undefined
              ? []
              : [
                  `Its ${score.name} on ${score.part} is ${score.say(score.value)} with a standard error of ${score.sayDifference(score.error)}: do not be surprised by ${score.say(score.value - score.sign * lift)} on new rows`,
                ]),
          ],
          why: "A score that was used to choose a model flatters the model it chose",
          fix: "Keep rows aside that nothing is chosen by, and score the chosen model on them once: testData: [xTest, yTest]",
          where: { part: "the validation rows" },
        },
      ];
    },
  },
  sick: { review: () => chosen(20) },
  healthy: { review: () => chosen(1) },
};

/** What luck adds to the best of n scores of equal models, in standard errors. */
const bestOf = (n: number): number => (n < 2 ? 0 : normalQuantile((n - 0.375) / (n + 0.25)));

/** A score of the rows that chose, with its standard error, and how it is written. */
interface ChosenScore {
  readonly name: string;
  readonly value: number;
  readonly error: number;
  /** 1 where a higher score is better. */
  readonly sign: 1 | -1;
  readonly part: string;
  readonly say: (value: number) => string;
  readonly sayDifference: (value: number) => string;
  /** What a difference is held against: all rows, or the score itself. */
  readonly unit: number;
}

async function scoreOf(run: RunSubject): Promise<ChosenScore | undefined> {
  const part = run.data?.validation;
  const predictions = part && (await run.predictions(part));
  if (predictions === undefined) return undefined;
  const { areClasses, labels, decided, losses } = predictions;
  const { mean, standardError } = meanOf(
    areClasses ? Array.from(labels, (label, row) => Number(label === decided[row])) : losses,
  );
  return {
    name: areClasses ? "accuracy" : "mean squared error",
    value: mean,
    error: standardError,
    sign: areClasses ? 1 : -1,
    part: predictions.part,
    say: areClasses ? percent : (value) => show(Number(value.toPrecision(3))),
    sayDifference: areClasses ? points : (value) => show(Number(value.toPrecision(2))),
    unit: areClasses ? 1 : mean,
  };
}

const chosen = (tried: number): ReviewOptions => {
  const { data, labels } = clouds(2, 60, { spread: 1.5 });
  const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
  model.compile({ loss: "binaryCrossentropy" });
  model.buildFor(tensor(data));
  return { model, history: { loss: 0.6 }, data, labels, validationSplit: 0.5, seed: 1, tried };
};
