/** Models that are too large, too small, held down, or not to be believed. */
import { BinaryCrossentropy, CategoricalCrossentropy, L2 } from "../../../src/index.ts";
import { countOf, cut, eachPart, oneHot, selected } from "../rows.ts";
import { hasClasses, isBinary, withKnobs, type Fault } from "./fault.ts";

export const outcomeFaults: readonly Fault[] = [
  {
    name: "overfitting",
    doc: "eight times as wide, 80 rows, 150 epochs, nothing against it",
    right: ["P1", "P2"],
    applies: ({ set, model }) => set.noisy && model !== "linear" && model !== "cnn",
    inject: (setup) => {
      const { training } = setup.parts;
      return {
        ...withKnobs(setup, { width: 8 }),
        parts: { ...setup.parts, training: cut(training, 80 / countOf(training))[0] },
        epochs: 150,
      };
    },
  },
  {
    name: "missing regularisation",
    doc: "all rows, four times as wide, ten times as many epochs",
    right: ["P1", "P2"],
    applies: ({ set, model }) => set.noisy && (model === "mlp" || model === "deep"),
    inject: (setup) => ({ ...withKnobs(setup, { width: 4 }), epochs: 10 * setup.epochs }),
  },
  {
    name: "over-regularisation",
    doc: "a penalty of 1 on the squares of the weights",
    right: ["T14"],
    applies: ({ model }) => model !== "linear" && model !== "bag",
    inject: (setup) => withKnobs(setup, { penalty: () => new L2({ l2: 1 }) }),
  },
  {
    name: "underfitting, linear",
    doc: "a straight line for what is curved",
    right: ["P3", "P4"],
    applies: ({ set, model }) =>
      set.curved && set.kind === "table" && model === Object.keys(set.models).at(-1),
    inject: (setup) => ({ ...setup, model: "linear" }),
  },
  {
    name: "underfitting, too small",
    doc: "hidden layers of two units and of one",
    right: ["P3", "P4"],
    applies: ({ set, model }) => set.curved && set.kind === "table" && model === "mlp",
    inject: (setup) => withKnobs(setup, { width: 1 / 16, activation: "tanh" }),
  },
  {
    name: "stopped too early",
    doc: "one epoch with a tenth of the learning rate",
    right: ["P3", "P4", "C20", "T6"],
    applies: () => true,
    inject: (setup) => ({ ...setup, epochs: 1, rate: 0.1 * setup.rate }),
  },
  {
    name: "threshold after repeated rows",
    doc: "positive training rows are there eight times, and 0.5 still decides",
    right: ["P11", "P7", "D11"],
    applies: (setup) => isBinary(setup) && setup.set.noisy,
    inject: (setup) => {
      const { training } = setup.parts;
      const which = [...training.labels.keys()].flatMap((row) =>
        Array.from({ length: training.labels[row] === 1 ? 8 : 1 }, () => row),
      );
      return { ...setup, parts: { ...setup.parts, training: selected(training, which) } };
    },
  },
  {
    name: "unsure probabilities",
    doc: "labels are smoothed by a half",
    right: ["P7"],
    // Where half of the answers are right anyway, a half is no wrong probability; and few rows prove nothing.
    applies: (setup) => hasClasses(setup) && !setup.set.noisy && countOf(setup.parts.test) >= 100,
    inject: (setup) =>
      setup.set.task === "binary"
        ? { ...setup, loss: new BinaryCrossentropy({ labelSmoothing: 0.5 }) }
        : {
            ...setup,
            loss: new CategoricalCrossentropy({ labelSmoothing: 0.5 }),
            parts: eachPart(setup.parts, (rows) => oneHot(rows, setup.set.classes)),
          },
  },
];
