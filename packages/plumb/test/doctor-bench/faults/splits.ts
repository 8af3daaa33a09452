/** Parts that have too much in common, or too little. */
import { countOf, cut, eachPart, joined, selected, withInputs } from "../rows.ts";
import { Normalization, tensor } from "../../../src/index.ts";
import { drawFor, isTable, type Fault } from "./fault.ts";
import type { Setup } from "../setup.ts";

/** Two sets of training rows as `fit` would cut them: validation rows last. */
const unsplit = ({ parts }: Setup) => joined(parts.training, parts.validation);

export const splitFaults: readonly Fault[] = [
  {
    name: "training rows in the test",
    doc: "a quarter of the test rows, and of those that validate, are training rows",
    right: ["D8"],
    applies: () => true,
    inject(setup) {
      const draw = drawFor(this, setup);
      const { training } = setup.parts;
      const parts = eachPart(setup.parts, (rows, name) => {
        if (name === "training") return rows;
        const count = Math.ceil(countOf(rows) / 3);
        return joined(rows, selected(training, draw.shuffled(countOf(training)).slice(0, count)));
      });
      return { ...setup, parts };
    },
  },
  {
    name: "few training rows in the test",
    doc: "a tenth of the test rows are training rows",
    right: ["D8"],
    applies: (setup) => countOf(setup.parts.test) >= 100,
    inject(setup) {
      const draw = drawFor(this, setup);
      const { training, test } = setup.parts;
      const some = draw.shuffled(countOf(training)).slice(0, Math.ceil(countOf(test) / 9));
      return { ...setup, parts: { ...setup.parts, test: joined(test, selected(training, some)) } };
    },
  },
  {
    name: "last rows of a sorted table",
    doc: "rows sorted by label, of which the last fifth validates",
    right: ["D11"],
    applies: ({ parts }) => parts.training.labelShape.length === 0,
    inject(setup) {
      const rows = unsplit(setup);
      const order = [...rows.labels.keys()].sort((a, b) => rows.labels[a] - rows.labels[b]);
      return {
        ...setup,
        parts: { ...setup.parts, training: selected(rows, order) },
        validationSplit: { fraction: 0.2, rule: "last" },
      };
    },
  },
  {
    name: "drift",
    doc: "in the held-out parts a third of the columns lies one and a half deviations higher",
    right: ["D12"],
    applies: isTable,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows, name) =>
        name === "training"
          ? rows
          : withInputs(rows, (value, column) => (column % 3 === 0 ? value + 1.5 : value)),
      ),
    }),
  },
  {
    name: "drift of one column",
    doc: "in the test rows one column is doubled and lies a deviation higher",
    right: ["D12"],
    applies: (setup) => isTable(setup) && countOf(setup.parts.test) >= 100,
    inject: (setup) => ({
      ...setup,
      parts: {
        ...setup.parts,
        test: withInputs(setup.parts.test, (value, column) => (column === 1 ? 2 * value + 1 : value)),
      },
    }),
  },
  {
    name: "preprocessing of all rows",
    doc: "a Normalization layer is adapted to the held-out rows too",
    right: ["D13"],
    applies: isTable,
    inject(setup) {
      const parts = eachPart(setup.parts, (rows) =>
        withInputs(rows, (value, column) => (2 + column) * value + 3 * column),
      );
      const all = joined(joined(parts.training, parts.validation), parts.test);
      return {
        ...setup,
        parts,
        edit: (layers) => {
          const scaled = new Normalization();
          scaled.adapt(tensor(all.inputs, [countOf(all), ...all.inputShape]));
          return [scaled, ...layers];
        },
      };
    },
  },
  {
    name: "few rows to measure",
    doc: "30 rows validate and 30 test",
    right: ["D14"],
    applies: () => true,
    inject: (setup) => ({
      ...setup,
      parts: eachPart(setup.parts, (rows, name) =>
        name === "training" ? rows : cut(rows, Math.min(1, 30 / countOf(rows)))[0],
      ),
    }),
  },
];
