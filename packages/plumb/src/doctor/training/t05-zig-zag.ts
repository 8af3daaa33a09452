import { Dense } from "../../layers/index.ts";
import { SGD } from "../../optimizers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { median } from "../statistics/robust.ts";
import { percent, show } from "../words.ts";
import { lastStretch, rateOf, stretches } from "./course.ts";

export const zigZag: Diagnosis = {
  id: "T5",
  code: "PL4105",
  severity: "warning",
  title: "the loss goes up and down by turns",
  thresholds: {
    turns: {
      value: 0.5,
      unit: "share of epochs at which rising turns into falling or back",
      source:
        "TheDeepChecker, of 50 steps; chance alone turns at 2 of 3, so that the swing below has to be no chance",
    },
    swing: {
      value: 0.2,
      unit: "the usual change from epoch to epoch, as a share of the loss",
      source: "added: small swings are the noise of the draw of rows",
    },
    ofWay: {
      value: 0.05,
      unit: "the usual change, as a share of how far the loss has come down",
      source:
        "added: what turns at a hundredth of where it began has arrived; there the rows' noise and Adam's last steps play",
    },
    errors: {
      value: 4,
      unit: "standard errors of an epoch's loss that the usual change comes to",
      source: "added, as above",
    },
    epochs: {
      value: 12,
      unit: "epochs that are looked at, the last ones",
      source: "added: of fewer a single swing back is half",
    },
  },
  explains: ["P3"],
  about: `The loss of the training rows rises in one epoch and falls in the next, again and again, and by much. Steps that are too long
jump from one side of the valley to the other. A loss that scatters because few rows are drawn for each step does not do that
by as much: the swing has to be several standard errors of the loss of an epoch.

Looked at are the last 12 epochs: at half of them the direction must turn, and the usual change must come to a
fifth of the loss and to 4 standard errors. A loss that has come down to a small rest of what it was may turn as it likes: the
usual change must also be a twentieth of the way that the loss has come, from the first epoch or the best constant answer,
whichever is lower.`,
  example: `const x = Array.from({ length: 60 }, (_, i) => [10 * Math.sin(i), 10 * Math.cos(3 * i)]);
const y = x.map(([a, b], i) => [a + b > 2 !== (i % 6 === 0) ? 1 : 0]); // one in six is wrong
const model = new Sequential([new Dense(1, { activation: "sigmoid" })]);
model.compile({ optimizer: new SGD({ learningRate: 1 }), loss: "binaryCrossentropy" });
const doctor = new Doctor();
await model.fit(x, y, { epochs: 30, batchSize: 60, callbacks: [doctor] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4105")); // true

model.compiled.optimizer.learningRate = 0.05;`,
  rules: {
    training(subject) {
      const { turns, swing, ofWay, errors, epochs: least } = zigZag.thresholds;
      const { stepsPerEpoch } = subject.plan;
      // A loop of one's own has no epochs but those of its plan; of long epochs not all steps are kept.
      const all =
        subject.epochs.length > 0
          ? subject.epochs.map(({ logs }) => logs.loss)
          : stretches(subject, stepsPerEpoch).map(({ mean }) => mean);
      const last = all.slice(-least.value);
      if (last.length < least.value) return undefined;
      const changes = last.slice(1).map((mean, i) => mean - last[i]);
      const turned = changes.slice(1).filter((change, i) => change * changes[i] < 0).length;
      const share = turned / (changes.length - 1);
      const usual = median(changes.map(Math.abs));
      const level = median(last.map(Math.abs));
      const way = Math.min(all[0], subject.baseline ?? Infinity) - Math.min(...all);
      // One step per epoch has no scatter of draws: it sees all rows.
      const steps = Math.min(stepsPerEpoch, subject.losses.values.length);
      const error = stepsPerEpoch === 1 ? 0 : lastStretch(subject, steps).standardError;
      if (share < turns.value || usual < errors.value * error) return undefined;
      if (usual < swing.value * level || usual < ofWay.value * way) return undefined;
      return [
        {
          severity: "warning",
          title: `The loss turned round in ${turned} of ${changes.length - 1} epochs, by ${percent(usual / level)} of itself each time`,
          number: share,
          threshold: turns.value,
          evidence: [
            `The losses of the last epochs: ${last.slice(-6).map(show).join(", ")}`,
            stepsPerEpoch === 1
              ? "Each step sees all rows: no draw of rows makes the loss go up and down"
              : `The draw of rows alone would move it by about ${show(error)}`,
          ],
          why: "Steps that are too long jump over the lowest point, again and again",
          fix: `Take a third of the learning rate${rateOf(subject.model, 3)}, or more rows per step (batchSize)`,
        },
      ];
    },
  },
  sick: { train: () => parted(1) },
  healthy: { train: () => parted(0.05) },
};

const parted = (learningRate: number): FitCase => {
  const { data, labels } = clouds(2, 60, { spread: 1.6 });
  return {
    data: data.map(([a, b]) => [6 * a, 6 * b]),
    labels,
    model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy", optimizer: new SGD({ learningRate }) },
    fit: { epochs: 30, batchSize: 60 },
  };
};
