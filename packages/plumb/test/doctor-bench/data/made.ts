/** Sets that are drawn by chance: each seed has its own rows and, where the set has one, its own truth. */
import { Draw } from "../draw.ts";
import { cut, tableOf, type Parts, type Rows } from "../rows.ts";
import type { DataSet } from "./data-set.ts";

const parted = (rows: Rows): Parts => {
  const [training, others] = cut(rows, 0.6);
  const [validation, test] = cut(others, 0.5);
  return { training, validation, test };
};

/** One row: its inputs and its label. */
type Row = readonly [inputs: readonly number[], label: number];

/** Amounts are standardised; they are drawn alike in all parts. */
function rowsOf(count: number, row: (i: number) => Row, amounts = false): Rows {
  const rows = Array.from({ length: count }, (_, i) => row(i));
  let labels = rows.map(([, label]) => label);
  if (amounts) {
    const middle = labels.reduce((sum, label) => sum + label, 0) / count;
    const spread = Math.sqrt(labels.reduce((sum, label) => sum + (label - middle) ** 2, 0) / count);
    labels = labels.map((label) => (label - middle) / spread);
  }
  return tableOf(
    rows.map(([inputs]) => inputs),
    labels,
  );
}

const normals = (draw: Draw, count: number): number[] => Array.from({ length: count }, () => draw.normal());

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

type Made = Omit<DataSet, "present" | "parts"> & {
  rows(draw: Draw): Rows;
  readonly shape?: readonly number[];
};

const made = ({ rows, shape, ...set }: Made): DataSet => ({
  ...set,
  present: true,
  parts(seed) {
    const drawn = rows(new Draw(seed));
    return parted(shape === undefined ? drawn : { ...drawn, inputShape: shape });
  },
});

export const madeSets: readonly DataSet[] = [
  made({
    name: "blobs",
    kind: "table",
    task: "classes",
    classes: 4,
    models: { linear: 15, mlp: 6, deep: 6 },
    noisy: true,
    curved: false,
    rate: 0.005,
    rows(draw) {
      const middles = Array.from({ length: 4 }, () => normals(draw, 6).map((value) => 1.1 * value));
      return rowsOf(900, () => {
        const label = draw.below(4);
        return [middles[label].map((middle) => middle + draw.normal()), label];
      });
    },
  }),
  made({
    name: "credit",
    kind: "table",
    task: "binary",
    classes: 2,
    models: { linear: 12, mlp: 6, deep: 5 },
    noisy: true,
    curved: false,
    rate: 0.005,
    rows(draw) {
      const weights = normals(draw, 10).map((value) => 1.5 * value);
      return rowsOf(1200, () => {
        const inputs = normals(draw, 10).map((value, i) => (i < 3 ? Number(value > 0.5) : value));
        return [inputs, Number(draw.uniform() < logistic(dot(weights, inputs) - 2))];
      });
    },
  }),
  made({
    name: "moons",
    kind: "table",
    task: "binary",
    classes: 2,
    models: { mlp: 14, deep: 14 },
    noisy: false,
    curved: true,
    rate: 0.01,
    rows: (draw) =>
      rowsOf(800, () => {
        const label = draw.below(2);
        const angle = Math.PI * draw.uniform();
        const [x, y] =
          label === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
        return [[x + 0.15 * draw.normal(), y + 0.15 * draw.normal()], label];
      }),
  }),
  made({
    name: "votes",
    kind: "table",
    task: "binary",
    classes: 2,
    models: { linear: 10, mlp: 5, deep: 4 },
    noisy: true,
    curved: false,
    rate: 0.005,
    rows(draw) {
      const weights = normals(draw, 8);
      return rowsOf(1000, () => {
        const inputs = normals(draw, 8);
        const side = Number(dot(weights, inputs) > 0);
        return [inputs, draw.uniform() < 0.08 ? 1 - side : side];
      });
    },
  }),
  made({
    name: "spirals",
    kind: "table",
    task: "classes",
    classes: 3,
    models: { deep: 60 },
    noisy: false,
    curved: true,
    rate: 0.01,
    rows: (draw) =>
      rowsOf(900, () => {
        const label = draw.below(3);
        const far = 0.3 + 1.7 * draw.uniform();
        const angle = 2 * far + (2 * Math.PI * label) / 3 + 0.12 * draw.normal();
        return [[far * Math.cos(angle), far * Math.sin(angle)], label];
      }),
  }),
  made({
    name: "friedman",
    kind: "table",
    task: "amount",
    classes: 0,
    models: { linear: 20, mlp: 20, deep: 15 },
    noisy: true,
    curved: true,
    rate: 0.005,
    rows: (draw) =>
      rowsOf(
        1000,
        () => {
          const u = Array.from({ length: 8 }, () => draw.uniform());
          const y = 10 * Math.sin(Math.PI * u[0] * u[1]) + 20 * (u[2] - 0.5) ** 2 + 10 * u[3] + 5 * u[4];
          return [u.map((value) => Math.sqrt(12) * (value - 0.5)), y + draw.normal()];
        },
        true,
      ),
  }),
  made({
    name: "waves",
    kind: "table",
    task: "amount",
    classes: 0,
    models: { mlp: 25, deep: 20 },
    noisy: true,
    curved: true,
    rate: 0.01,
    rows: (draw) =>
      rowsOf(
        900,
        () => {
          const inputs = Array.from({ length: 3 }, () => 4 * draw.uniform() - 2);
          const [a, b, c] = inputs;
          return [inputs, Math.sin(2 * a) + 0.5 * b * c + 0.25 * draw.normal()];
        },
        true,
      ),
  }),
  made({
    name: "bars",
    kind: "image",
    task: "classes",
    classes: 4,
    models: { mlp: 15, cnn: 25 },
    noisy: false,
    curved: true,
    rate: 0.005,
    shape: [8, 8, 1],
    rows: (draw) =>
      rowsOf(800, () => {
        const label = draw.below(4);
        const at = 2 + draw.below(4);
        const on = (y: number, x: number): boolean =>
          [y === at, x === at, Math.abs(y - x + at - 4) < 1, Math.abs(y + x - at - 3) < 1][label];
        const pixels = Array.from({ length: 64 }, (_, i) => Number(on(Math.floor(i / 8), i % 8)));
        return [pixels.map((value) => value + 0.25 * draw.normal()), label];
      }),
  }),
  made({
    name: "echo",
    kind: "sequence",
    task: "binary",
    classes: 2,
    models: { rnn: 15, gru: 20 },
    noisy: true,
    curved: false,
    rate: 0.005,
    shape: [10, 1],
    rows: (draw) =>
      rowsOf(800, () => {
        const inputs = normals(draw, 10);
        const heard = inputs.reduce((sum, value) => 0.8 * sum + value, 0);
        return [inputs, Number(heard + 0.3 * draw.normal() > 0)];
      }),
  }),
  made({
    name: "trends",
    kind: "sequence",
    task: "classes",
    classes: 3,
    models: { rnn: 12, gru: 10, lstm: 10 },
    noisy: false,
    curved: false,
    rate: 0.01,
    shape: [12, 2],
    rows: (draw) =>
      rowsOf(700, () => {
        const label = draw.below(3);
        const slope = 0.15 * (label - 1);
        const inputs = Array.from({ length: 12 }, (_, t) => [
          slope * (t - 6) + 0.6 * draw.normal(),
          draw.normal(),
        ]);
        return [inputs.flat(), label];
      }),
  }),
];
