/** Inputs and labels that are not what they should be. */
import {
  countOf,
  cut,
  eachPart,
  joined,
  selected,
  widthOf,
  withColumn,
  withInputs,
  withLabels,
} from "../rows.ts";

import {
  drawFor,
  hasClasses,
  isAmount,
  isBinary,
  isClasses,
  isTable,
  type Fault,
  withHead,
} from "./fault.ts";

export const dataFaults: readonly Fault[] = [
  {
    name: "NaN in the inputs",
    doc: "1 of 300 values is missing",
    right: ["D1"],
    applies: ({ set }) => set.kind !== "tokens",
    inject(setup) {
      const draw = drawFor(this, setup);
      const training = withInputs(setup.parts.training, (value) => (draw.uniform() < 1 / 300 ? NaN : value));
      return { ...setup, parts: { ...setup.parts, training } };
    },
  },
  {
    name: "a single NaN",
    doc: "one value of one training row is missing",
    right: ["D1"],
    applies: ({ set }) => set.kind !== "tokens",
    inject: (setup) => {
      const at = Math.floor(setup.parts.training.inputs.length / 3);
      const inputs = setup.parts.training.inputs.map((value, i) => (i === at ? NaN : value));
      return { ...setup, parts: { ...setup.parts, training: { ...setup.parts.training, inputs } } };
    },
  },
  {
    name: "NaN in the labels",
    doc: "one amount is missing",
    right: ["D1", "PL2012"],
    applies: isAmount,
    inject: (setup) => ({
      ...setup,
      parts: {
        ...setup.parts,
        training: withLabels(setup.parts.training, (label, row) => (row === 17 ? NaN : label)),
      },
    }),
  },
  {
    name: "constant column",
    doc: "a column more, with one value",
    right: ["D2"],
    applies: isTable,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) => withColumn(rows, () => 1)),
    }),
  },
  {
    name: "unscaled inputs",
    doc: "columns in units of their own: times 1 to 10,000, and far from 0",
    right: ["D3"],
    applies: (setup) => isTable(setup) && widthOf(setup.parts.training) > 2,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) =>
        withInputs(rows, (value, column) => 10 ** ((column * 4) / (widthOf(rows) - 1)) * (value + 2)),
      ),
    }),
  },
  {
    name: "far from 0",
    doc: "one column is a year: 2010 ± 5",
    right: ["D3"],
    applies: isTable,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) =>
        withInputs(rows, (value, column) => (column === 1 ? 2010 + 5 * value : value)),
      ),
    }),
  },
  {
    name: "pixels of 0 to 255",
    doc: "an image as it is read",
    right: ["D3"],
    applies: ({ set }) => set.kind === "image",
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) =>
        withInputs(rows, (value) => Math.round(255 * Math.min(1, Math.max(0, value)))),
      ),
    }),
  },
  {
    name: "labels counted from 1",
    doc: "classes 1 … K for K outputs",
    right: ["D4", "PL2003"],
    applies: isClasses,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) => withLabels(rows, (label) => label + 1)),
    }),
  },
  {
    name: "outputs without a class",
    doc: "three outputs more than there are classes",
    right: ["D5"],
    applies: isClasses,
    inject: (setup) => withHead(setup, { units: setup.set.classes + 3 }),
  },
  {
    name: "imbalance and accuracy alone",
    doc: "1 of 25 rows is positive, and accuracy is all that is followed",
    right: ["D6", "C11", "P5"],
    applies: isBinary,
    inject(setup) {
      const parts = eachPart(setup.parts, (rows) => {
        const all = Array.from({ length: countOf(rows) }, (_, row) => row);
        const none = all.filter((row) => rows.labels[row] === 0);
        const some = all.filter((row) => rows.labels[row] === 1).slice(0, Math.ceil(none.length / 24));
        const kept = new Set([...none, ...some]);
        return selected(
          rows,
          all.filter((row) => kept.has(row)),
        );
      });
      return { ...setup, parts, metrics: () => ["accuracy"] };
    },
  },
  {
    name: "conflicting labels",
    doc: "a sixth of the training rows occurs twice, the second time with another label",
    right: ["D7"],
    applies: hasClasses,
    inject(setup) {
      const { training } = setup.parts;
      const [some] = cut(training, 1 / 6);
      const other = withLabels(some, (label) => (label + 1) % setup.set.classes);
      return { ...setup, parts: { ...setup.parts, training: joined(training, other) } };
    },
  },
  {
    name: "leaked target",
    doc: "a column more: the label in another unit",
    right: ["D9"],
    applies: (setup) => isTable(setup) && setup.set.noisy && (hasClasses(setup) || isAmount(setup)),
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) => withColumn(rows, (row) => 1.7 * rows.labels[row] - 0.4)),
    }),
  },
  {
    name: "leaked target with noise",
    doc: "a column more: the label, and a little noise",
    right: ["D9"],
    applies: (setup) => isTable(setup) && setup.set.noisy && (hasClasses(setup) || isAmount(setup)),
    inject(setup) {
      const draw = drawFor(this, setup);
      const parts = eachPart(setup.parts, (rows) =>
        withColumn(rows, (row) => rows.labels[row] + 0.02 * draw.normal()),
      );
      return { ...setup, parts };
    },
  },
  {
    name: "identifier",
    doc: "a column more: the number of the row, scaled",
    right: ["D10"],
    applies: isTable,
    inject(setup) {
      let at = 0;
      const parts = eachPart(setup.parts, (rows) => withColumn(rows, () => at++ / 500 - 1));
      return { ...setup, parts };
    },
  },
  {
    name: "target in its own unit",
    doc: "amounts around 200,000 under the squared error",
    right: ["D15"],
    applies: isAmount,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows) => withLabels(rows, (label) => 200_000 + 60_000 * label)),
    }),
  },
  {
    name: "heavy tail",
    doc: "the squared error of amounts of which one in a hundred is 30 times as large",
    right: ["D16"],
    applies: isAmount,
    inject(setup) {
      const draw = drawFor(this, setup);
      const parts = eachPart(setup.parts, (rows) =>
        withLabels(rows, (label) => (draw.uniform() < 0.01 ? 30 * label : label)),
      );
      return { ...setup, parts };
    },
  },
  {
    name: "label noise",
    doc: "a fifth of the labels is wrong, in all parts",
    right: ["D17"],
    applies: (setup) => hasClasses(setup) && !setup.set.noisy,
    inject(setup) {
      const draw = drawFor(this, setup);
      const { classes } = setup.set;
      const parts = eachPart(setup.parts, (rows) =>
        withLabels(rows, (label) =>
          draw.uniform() < 0.2 ? (label + 1 + draw.below(classes - 1)) % classes : label,
        ),
      );
      return { ...setup, parts };
    },
  },
  {
    name: "a group without rule",
    doc: "in a quarter of the rows, known by one column, the labels are drawn by lot",
    right: ["P9", "D17"],
    // A quarter of the test rows has to be enough to measure.
    applies: (setup) =>
      hasClasses(setup) && isTable(setup) && setup.model !== "linear" && countOf(setup.parts.test) >= 110,
    inject(setup) {
      const draw = drawFor(this, setup);
      const { classes } = setup.set;
      const width = widthOf(setup.parts.training);
      const { inputs } = setup.parts.training;
      const first = Array.from(inputs.filter((_, i) => i % width === 0)).sort((a, b) => a - b);
      const from = first[Math.floor(0.75 * first.length)];
      const parts = eachPart(setup.parts, (rows) =>
        withLabels(rows, (label, row) => (rows.inputs[row * width] > from ? draw.below(classes) : label)),
      );
      return { ...setup, parts };
    },
  },
  {
    name: "rows and labels out of step",
    doc: "the labels are those of other rows",
    right: ["P3", "P4", "T4"],
    applies: () => true,
    inject(setup) {
      const draw = drawFor(this, setup);
      const parts = eachPart(setup.parts, (rows) => {
        const { labels, labelShape } = selected(rows, draw.shuffled(countOf(rows)));
        return { ...rows, labels, labelShape };
      });
      return { ...setup, parts };
    },
  },
];
