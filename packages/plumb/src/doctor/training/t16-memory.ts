import { Dense } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import { Variable, zeros } from "../../tensor/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { FitCase } from "../fit-case.ts";
import { clouds } from "../made-up.ts";
import { percent } from "../words.ts";

export const memoryGrows: Diagnosis = {
  id: "T16",
  code: "PL4116",
  severity: "warning",
  title: "memory grows",
  thresholds: {
    steps: { value: 50, unit: "steps that are looked at, at least", source: "the catalogue of checks" },
    rising: {
      value: 0.25,
      unit: "share of the looks at which there is more than before",
      source: "added: what is made once, a program or its memory, rises once",
    },
    falling: {
      value: 0.02,
      unit: "share of the looks at which there is less than before",
      source: "added: what is given back is no leak",
    },
    bytes: { value: 65536, unit: "bytes in all", source: "added: less is nothing to speak of" },
  },
  about: `The engine's memory should be the same after each step: a step gives back what it takes. If it grows step after step, something
outside keeps what steps or callbacks make: tensors in a list, variables made anew each time. It ends when there is no more.

The bytes in use are looked at every 5 steps (of long trainings less often), after the first fifth of them. Growth is said when
they rise at a quarter of the looks and hardly ever fall, over 50 steps or more.`,
  example: `const kept = [];
const keeper = {
  onTrainBatchEnd() {
    const copy = new Variable(zeros([4096]));
    copy.assign(ones([4096]));
    kept.push(copy);
  },
};
const model = new Sequential([new Dense(1)]);
model.compile({ loss: "mse" });
const doctor = new Doctor();
await model.fit([[1], [2]], [[2], [4]], { epochs: 120, callbacks: [doctor, keeper] });
console.log(doctor.report.findings.some(({ code }) => code === "PL4116")); // true
for (const copy of kept) copy.dispose();`,
  rules: {
    training({ memory }) {
      const { steps, rising, falling, bytes } = memoryGrows.thresholds;
      const seen = memory.slice(Math.ceil(memory.length / 5));
      const [first, last] = [seen[0], seen.at(-1)];
      if (first === undefined || last === undefined || last.step - first.step < steps.value) return undefined;
      const changes = seen.slice(1).map((of, i) => of.bytes - seen[i].bytes);
      const up = changes.filter((change) => change > 0).length / changes.length;
      const down = changes.filter((change) => change < 0).length / changes.length;
      const grown = last.bytes - first.bytes;
      if (up < rising.value || down > falling.value || grown < bytes.value) return undefined;
      const perStep = grown / (last.step - first.step);
      return [
        {
          severity: "warning",
          title: `The memory that tensors and variables take grew by ${Math.round(perStep)} bytes per step`,
          number: perStep,
          threshold: 0,
          evidence: [
            `After ${first.step} steps ${megabytes(first.bytes)} were in use, after ${last.step} steps ${megabytes(last.bytes)}`,
            `At ${percent(up)} of ${changes.length} looks it was more than before, at ${percent(down)} less`,
          ],
          why: "A step gives back what it takes. What grows is kept by a callback or by your own code, until no memory is left",
          fix: "Keep numbers rather than tensors, loss.itemSync(); make variables once, before training; give back what is no longer needed, variable.dispose()",
        },
      ];
    },
  },
  sick: { train: () => keeping(true) },
  healthy: { train: () => keeping(false) },
};

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** A callback that makes a variable for each step, and keeps it or not. */
const keeping = (keeps: boolean): FitCase => {
  const kept: Variable[] = [];
  const callback = {
    onTrainBatchEnd() {
      const variable = new Variable(zeros([4096]));
      // It takes its place in the engine's memory when something is written to it.
      variable.assign(variable.add(1));
      variable.dataSync();
      if (keeps) kept.push(variable);
      else variable.dispose();
    },
    onTrainEnd() {
      for (const variable of kept) variable.dispose();
    },
  };
  return {
    ...clouds(2, 32),
    model: new Sequential([new Dense(1, { activation: "sigmoid" })]),
    compile: { loss: "binaryCrossentropy", optimizer: "adam" },
    fit: { epochs: 30, batchSize: 8, callbacks: [callback] },
  };
};
