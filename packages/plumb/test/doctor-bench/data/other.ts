/** Drawn sets of other tasks: several labels at once, counts, tokens, signals, rows that are to be repeated. */
import { Draw } from "../draw.ts";
import { cut, type Parts, type Rows } from "../rows.ts";
import type { DataSet } from "./data-set.ts";

interface Other extends Omit<DataSet, "present" | "parts" | "kind"> {
  readonly kind?: DataSet["kind"];
  readonly inputShape: readonly number[];
  readonly labelShape: readonly number[];
  readonly rows: number;
  /** What all rows have in common. */
  truth(draw: Draw): (draw: Draw) => readonly [inputs: readonly number[], label: readonly number[]];
}

function parted(rows: Rows): Parts {
  const [training, others] = cut(rows, 0.6);
  const [validation, test] = cut(others, 0.5);
  return { training, validation, test };
}

const other = ({ kind = "table", inputShape, labelShape, rows, truth, ...set }: Other): DataSet => ({
  ...set,
  kind,
  present: true,
  parts(seed) {
    const draw = new Draw(1000 + seed);
    const row = truth(draw);
    const drawn = Array.from({ length: rows }, () => row(draw));
    return parted({
      inputs: Float32Array.from(drawn.flatMap(([inputs]) => inputs)),
      inputShape,
      labels: Float32Array.from(drawn.flatMap(([, label]) => label)),
      labelShape,
    });
  },
});

const normals = (draw: Draw, count: number): number[] => Array.from({ length: count }, () => draw.normal());

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** A number of events with this mean: Knuth. */
function poisson(draw: Draw, mean: number): number {
  const end = Math.exp(-mean);
  let [count, product] = [0, draw.uniform()];
  for (; product > end; count++) product *= draw.uniform();
  return count;
}

/** Marks that each hang on the inputs in a way of their own. */
const marks = (draw: Draw, inputs: number, count: number) => {
  const ways = times(count, () => normals(draw, inputs));
  return (of: Draw) => {
    const x = normals(of, inputs);
    return [x, ways.map((way) => Number(dot(way, x) + 0.5 * of.normal() > 0.7))] as const;
  };
};

const counts = (draw: Draw, inputs: number, level: number) => {
  const way = normals(draw, inputs).map((value) => value / 3);
  return (of: Draw) => {
    const x = normals(of, inputs);
    return [x, [poisson(of, Math.exp(level + dot(way, x)))]] as const;
  };
};

/** Rows that lie near a plane of few dimensions. */
const planes = (draw: Draw, inputs: number, inside: number) => {
  const axes = times(inside, () => normals(draw, inputs));
  return (of: Draw) => {
    const at = normals(of, inside);
    const x = Array.from({ length: inputs }, (_, i) =>
      Math.tanh(0.6 * at.reduce((sum, value, k) => sum + value * axes[k][i], 0)),
    );
    return [x.map((value) => value + 0.05 * of.normal()), x] as const;
  };
};

/** Texts of words by their numbers: of each class a few words are more frequent. */
const texts = (draw: Draw, words: number, length: number, classes: number) => {
  const typical = times(classes, () => times(8, () => 1 + draw.below(words - 1)));
  return (of: Draw) => {
    const label = of.below(classes);
    const text = times(length, () =>
      of.uniform() < 0.3 ? typical[label][of.below(8)] : 1 + of.below(words - 1),
    );
    return [text, [label]] as const;
  };
};

/** Waves of which the frequency is to be told, or the next value. */
const signals = (length: number, label: (frequency: number, next: number) => number) => () => (of: Draw) => {
  const [frequency, phase] = [0.3 + 0.7 * of.uniform(), 2 * Math.PI * of.uniform()];
  const at = (t: number): number => Math.sin(frequency * t + phase);
  return [
    Array.from({ length }, (_, t) => at(t) + 0.1 * of.normal()),
    [label(frequency, at(length))],
  ] as const;
};

const common = { classes: 0, noisy: true, curved: false, rate: 0.005 };

export const otherSets: readonly DataSet[] = [
  other({
    ...common,
    name: "symptoms",
    task: "marks",
    classes: 5,
    models: { linear: 15, mlp: 6 },
    inputShape: [12],
    labelShape: [5],
    rows: 1000,
    truth: (draw) => marks(draw, 12, 5),
  }),
  other({
    ...common,
    name: "tags",
    task: "marks",
    classes: 3,
    models: { linear: 15, mlp: 6 },
    inputShape: [8],
    labelShape: [3],
    rows: 800,
    truth: (draw) => marks(draw, 8, 3),
  }),
  other({
    ...common,
    name: "calls",
    task: "count",
    models: { linear: 25, mlp: 6 },
    inputShape: [6],
    labelShape: [],
    rows: 900,
    truth: (draw) => counts(draw, 6, 0.8),
  }),
  other({
    ...common,
    name: "visits",
    task: "count",
    models: { linear: 25, mlp: 6 },
    inputShape: [5],
    labelShape: [],
    rows: 1000,
    truth: (draw) => counts(draw, 5, 1.4),
  }),
  other({
    ...common,
    name: "copies",
    task: "copy",
    noisy: false,
    models: { mlp: 25 },
    inputShape: [16],
    labelShape: [16],
    rows: 900,
    truth: (draw) => planes(draw, 16, 4),
  }),
  other({
    ...common,
    name: "sensors",
    task: "copy",
    noisy: false,
    models: { mlp: 25 },
    inputShape: [10],
    labelShape: [10],
    rows: 800,
    truth: (draw) => planes(draw, 10, 3),
  }),
  other({
    ...common,
    name: "letters",
    kind: "tokens",
    task: "classes",
    classes: 3,
    noisy: false,
    models: { bag: 12, words: 10 },
    inputShape: [20],
    labelShape: [],
    rows: 900,
    truth: (draw) => texts(draw, 120, 20, 3),
  }),
  other({
    ...common,
    name: "mails",
    kind: "tokens",
    task: "binary",
    classes: 2,
    noisy: false,
    models: { bag: 12, words: 10 },
    inputShape: [16],
    labelShape: [],
    rows: 900,
    truth: (draw) => texts(draw, 120, 16, 2),
  }),
  other({
    ...common,
    name: "pitch",
    kind: "signal",
    task: "amount",
    noisy: false,
    curved: true,
    models: { conv1d: 30 },
    inputShape: [24, 1],
    labelShape: [],
    rows: 900,
    truth: signals(24, (frequency) => (frequency - 0.65) / 0.2),
  }),
  other({
    ...common,
    name: "tide",
    kind: "signal",
    task: "amount",
    noisy: false,
    curved: true,
    models: { conv1d: 30, gru: 20 },
    inputShape: [20, 1],
    labelShape: [],
    rows: 800,
    truth: signals(20, (_, next) => 1.4 * next),
  }),
];
