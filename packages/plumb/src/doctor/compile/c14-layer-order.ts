import { Activation, BatchNormalization, Dense, Dropout, type Layer } from "../../layers/index.ts";
import { Sequential } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import { linksOf, type Link } from "../experiments/layer-links.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { count, percent, some } from "../words.ts";

/** Layers that leave out values at random. */
const dropping: ReadonlySet<string> = new Set([
  "Dropout",
  "SpatialDropout1D",
  "SpatialDropout2D",
  "SpatialDropout3D",
  "AlphaDropout",
]);

/** Layers that do nothing but bend. */
const bending: ReadonlySet<string> = new Set(["Activation", "ReLU", "Softmax", "LeakyReLU", "ELU"]);

export const layerOrder: Diagnosis = {
  id: "C14",
  code: "PL2114",
  severity: "warning",
  title: "layers in an order that works against itself",
  thresholds: {
    rate: {
      value: 0.5,
      unit: "share of values dropped",
      source: "UMLAUT (Schoop et al., 2021) and NeuraLint (Nikanjam et al., 2021): above 0.5",
    },
    places: {
      value: 0,
      unit: "places",
      source: "NeuraLint (Nikanjam et al., 2021), those rules beyond doubt",
    },
  },
  explains: ["P3", "P8", "T10"],
  about: `Some layers undo or disturb each other. A dropout right before a batch normalization changes the spread that it learns:
while training, values are dropped and the rest scaled up, afterwards not, and the normalization is off (Li et al., 2018). A
dropout above one half leaves less than half of the signal in each step. Two activations in a row bend what was bent already,
and a relu before a softmax takes the negative half of the logits away, with their gradient. A softmax in front of another
layer squeezes all it has seen into shares. A bias before a batch normalization is subtracted again with the mean: it costs
memory and does nothing, which is information and no more.`,
  example: `const layers = [new Dense(16, { activation: "relu" }), new Dropout(0.3), new BatchNormalization(), new Dense(1)];
const data = [[0, 1], [1, 0], [1, 1]];
const compile = { loss: "mse" };
const report = await examine({ model: new Sequential(layers), compile, data, labels: [1, 2, 4], experiments: false });
console.log(report.findings.map(({ code }) => code)); // PL2114 is among them

new Sequential([new Dense(16, { activation: "relu" }), new BatchNormalization(), new Dropout(0.3), new Dense(1)]);`,
  rules: {
    model: (subject) => {
      const links = linksOf(subject.model);
      return [
        ...tooMuchDropped(subject),
        ...orders.flatMap(({ holds, ...rule }) => {
          const found = links.filter(holds);
          if (found.length === 0) return [];
          return [
            {
              severity: rule.severity,
              title: `In ${count(found.length, "place")}, ${rule.says}: ${some(found.map(({ before, after }) => `${before.name} → ${after.name}`))}`,
              number: found.length,
              threshold: layerOrder.thresholds.places.value,
              evidence: found
                .slice(0, 3)
                .map(
                  ({ before, after }) =>
                    `${before.name} (${describe(before)}) feeds ${after.name} (${describe(after)})`,
                ),
              why: rule.why,
              fix: rule.fix,
              where: { layers: found.flatMap(({ before, after }) => [before.name, after.name]) },
            },
          ];
        }),
      ];
    },
  },
  sick: { examine: () => withLayers([new Dropout(0.3), new BatchNormalization()]) },
  healthy: { examine: () => withLayers([new BatchNormalization(), new Dropout(0.3)]) },
};

const activationOf = ({ activation }: Layer): string | undefined =>
  activation?.name === "linear" ? undefined : activation?.name;
const describe = (layer: Layer): string => activationOf(layer) ?? layer.className;

/** An order that is doubtful wherever it stands. */
interface Order extends Pick<Observation, "severity" | "why" | "fix"> {
  readonly says: string;
  readonly holds: (link: Link) => boolean;
}

const orders: readonly Order[] = [
  {
    severity: "warning",
    says: "a dropout stands right before a batch normalization",
    holds: ({ before, after }) => dropping.has(before.className) && after.className === "BatchNormalization",
    why: "In training the normalization learns the spread of values of which some are dropped; when the model is used none are, and it is off",
    fix: "Swap the two: new BatchNormalization() first, then new Dropout()",
  },
  {
    severity: "warning",
    says: "a relu cuts the logits of a softmax at 0",
    holds: ({ before, after }) => activationOf(before) === "relu" && onlyBends(after, "softmax"),
    why: "A score below 0 is cut off and gets no gradient: the model cannot rule a class out",
    fix: "Leave out the activation of the layer before the softmax",
  },
  {
    severity: "warning",
    says: "an activation stands on top of another",
    holds: ({ before, after }) =>
      bending.has(after.className) &&
      !onlyBends(after, "softmax") &&
      ["sigmoid", "tanh", "softmax", "relu"].includes(activationOf(before) ?? "") &&
      activationOf(after) !== undefined,
    why: "The second one only gets what the first lets through: it is squeezed once more, or nothing changes at all",
    fix: "Keep one of the two",
  },
  {
    severity: "warning",
    says: "a softmax stands in front of another layer",
    holds: ({ before, after }) => activationOf(before) === "softmax" && after.className === "Dense",
    why: "Everything the layer knows is squeezed into shares that sum to 1, and little gradient gets back through it",
    fix: 'Use activation "relu" inside the model, and a softmax at its end only',
  },
  {
    severity: "information",
    says: "a bias is subtracted again by a batch normalization",
    holds: ({ before, after, only }) =>
      only &&
      after.className === "BatchNormalization" &&
      "useBias" in before &&
      before.useBias === true &&
      activationOf(before) === undefined,
    why: "The normalization subtracts the mean, and the bias with it: it costs memory and does nothing",
    fix: "useBias: false in the layer before the batch normalization",
  },
];

const onlyBends = (layer: Layer, name: string): boolean =>
  bending.has(layer.className) && activationOf(layer) === name;

function tooMuchDropped({ layers }: ModelSubject): Observation[] {
  const { value } = layerOrder.thresholds.rate;
  const strong = layers.flatMap(({ layer, name, className }) =>
    dropping.has(className) && "rate" in layer && (layer.rate as number) > value
      ? [{ name, rate: layer.rate as number }]
      : [],
  );
  if (strong.length === 0) return [];
  const most = Math.max(...strong.map(({ rate }) => rate));
  return [
    {
      severity: "warning",
      title: `${percent(most)} of the values are dropped at each training step in ${some(strong.map(({ name }) => name))}`,
      number: most,
      threshold: value,
      evidence: strong.slice(0, 3).map(({ name, rate }) => `${name} keeps ${percent(1 - rate)}`),
      why: "More is left out than kept: training gets slow and noisy, and the model may never fit its data",
      fix: `new Dropout(${value}), or less`,
      where: { layers: strong.map(({ name }) => name) },
    },
  ];
}

const withLayers = (layers: readonly Layer[]): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([
    new Dense(8, { useBias: false }),
    new Activation("relu"),
    ...layers,
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy" },
  experiments: false,
});
