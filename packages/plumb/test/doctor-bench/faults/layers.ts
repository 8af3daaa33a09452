/** Layers that are wrong, missing, or in the wrong place. */
import {
  Activation,
  BatchNormalization,
  Dense,
  Dropout,
  Lambda,
  softmax,
  type Layer,
  type Tensor,
} from "../../../src/index.ts";
import { hasClasses, hasHidden, isClasses, isRecurrent, withHead, withKnobs, type Fault } from "./fault.ts";

/** Puts layers behind each hidden dense layer. */
const behindHidden =
  (make: () => readonly Layer[]) =>
  (layers: readonly Layer[]): Layer[] =>
    layers.flatMap((layer, i) =>
      layer instanceof Dense && i < layers.length - 1 ? [layer, ...make()] : [layer],
    );

/** Puts a function before the last layer. */
const beforeHead =
  (change: (x: Tensor) => Tensor) =>
  (layers: readonly Layer[]): Layer[] => [...layers.slice(0, -1), new Lambda(change), ...layers.slice(-1)];

export const layerFaults: readonly Fault[] = [
  {
    name: "missing activations",
    doc: "hidden layers without an activation",
    right: ["C13"],
    applies: hasHidden,
    inject: (setup) => withKnobs(setup, { activation: "linear" }),
  },
  {
    name: "dropout before batch normalization",
    doc: "each hidden layer is followed by dropout and then batch normalization",
    right: ["C14"],
    applies: hasHidden,
    inject: (setup) => ({
      ...setup,
      edit: behindHidden(() => [new Dropout(0.4), new BatchNormalization({ momentum: 0.9 })]),
    }),
  },
  {
    name: "too much dropout",
    doc: "nine of ten hidden values are left out",
    right: ["C14"],
    applies: hasHidden,
    inject: (setup) => ({ ...setup, edit: behindHidden(() => [new Dropout(0.9)]) }),
  },
  {
    name: "running averages too slow",
    doc: "batch normalization with a momentum of 0.9999 behind each hidden layer",
    right: ["P8"],
    applies: hasHidden,
    inject: (setup) => ({
      ...setup,
      edit: behindHidden(() => [new BatchNormalization({ momentum: 0.9999 })]),
    }),
  },
  {
    name: "cut gradient",
    doc: "stopGradient before the last layer",
    right: ["C15", "T12"],
    applies: ({ model }) => model !== "linear",
    inject: (setup) => ({ ...setup, edit: beforeHead((x) => x.stopGradient()) }),
  },
  {
    name: "softmax over the batch",
    doc: "the last layer shares out 1 among the rows rather than the classes",
    right: ["C19"],
    applies: isClasses,
    inject: (setup) => ({
      ...withHead(setup, { activation: "linear" }),
      edit: (layers) => [...layers, new Lambda((x: Tensor) => softmax(x, 0))],
    }),
  },
  {
    name: "centred over the batch",
    doc: "hidden values are centred over the rows in the place of the features",
    right: ["C19"],
    applies: ({ model }) => model !== "linear",
    inject: (setup) => ({ ...setup, edit: beforeHead((x) => x.sub(x.mean(0, { keepDims: true }))) }),
  },
  {
    name: "inputs not used",
    doc: "what comes before the last layer is multiplied by 0",
    right: ["C15", "C17"],
    applies: ({ model }) => model !== "linear",
    inject: (setup) => ({ ...setup, edit: beforeHead((x) => x.mul(0)) }),
  },
  {
    name: "outputs scaled up",
    doc: "what goes into the softmax is multiplied by 100",
    right: ["C16"],
    applies: hasClasses,
    inject: (setup) => {
      const { activation } = setup.knobs.head;
      return {
        ...withHead(setup, { activation: "linear" }),
        edit: (layers) => [...layers, new Lambda((x: Tensor) => x.mul(100)), new Activation(activation)],
      };
    },
  },
  {
    name: "logarithm of hidden values",
    doc: "a layer takes the logarithm of what may be 0",
    right: ["T1"],
    applies: (setup) => hasHidden(setup) || setup.model === "cnn",
    inject: (setup) => ({ ...setup, edit: beforeHead((x) => x.log()) }),
  },
  {
    name: "root of hidden values",
    doc: "a layer takes the root of what may be below 0",
    right: ["T1"],
    applies: (setup) => hasHidden(setup) || setup.model === "cnn",
    inject: (setup) => ({ ...setup, edit: beforeHead((x) => x.sub(0.1).sqrt()) }),
  },
  {
    name: "vanishing recurrence",
    doc: "what a recurrent layer gives is divided by 10,000",
    right: ["C17", "C18", "T7", "T6"],
    applies: isRecurrent,
    inject: (setup) => ({ ...setup, edit: beforeHead((x) => x.mul(1e-4)) }),
  },
];
