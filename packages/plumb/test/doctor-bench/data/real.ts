/** The real sets, at most 1,500 rows of each. */
import { prepared, readReal, realDataPresent, type RealSet } from "../../support/real-data.ts";
import { eachPart, tableOf, withInputs, type Parts } from "../rows.ts";
import type { DataSet } from "./data-set.ts";

const known = new Map<string, RealSet>();

/** The table of a set, standardised or as it is. */
function partsOf(name: string, seed: number, scale: boolean): Parts {
  if (!known.has(name)) known.set(name, readReal(name));
  const parts = prepared(known.get(name) as RealSet, { seed, scale, most: 1500, validation: 0.2 });
  const rows = ({ data, labels }: (typeof parts)["training"]) => tableOf(data, labels);
  return { training: rows(parts.training), validation: rows(parts.validation), test: rows(parts.test) };
}

const table = (set: Omit<DataSet, "kind" | "parts" | "present">): DataSet => ({
  ...set,
  kind: "table",
  present: realDataPresent,
  parts: (seed) => partsOf(set.name, seed, true),
});

export const realSets: readonly DataSet[] = [
  table({
    name: "breast_cancer",
    task: "binary",
    classes: 2,
    models: { linear: 12, mlp: 3, deep: 3 },
    noisy: false,
    curved: false,
    rate: 0.005,
  }),
  table({
    name: "diamonds, cut",
    task: "classes",
    classes: 5,
    models: { mlp: 12, deep: 10 },
    noisy: true,
    curved: false,
    rate: 0.005,
  }),
  table({
    name: "iris",
    task: "classes",
    classes: 3,
    models: { linear: 60, mlp: 12, deep: 8 },
    noisy: false,
    curved: false,
    rate: 0.01,
  }),
  table({
    name: "penguins",
    task: "classes",
    classes: 3,
    models: { linear: 20, mlp: 8, deep: 6 },
    noisy: false,
    curved: false,
    rate: 0.01,
  }),
  table({
    name: "diamonds, price",
    task: "amount",
    classes: 0,
    models: { linear: 20, mlp: 8, deep: 8 },
    noisy: false,
    curved: true,
    rate: 0.005,
  }),
  table({
    name: "housing",
    task: "amount",
    classes: 0,
    models: { linear: 20, mlp: 8, deep: 8 },
    noisy: true,
    curved: true,
    rate: 0.005,
  }),
  {
    name: "digits",
    kind: "image",
    task: "classes",
    classes: 10,
    models: { linear: 15, mlp: 10, cnn: 20, gru: 12 },
    noisy: false,
    curved: false,
    rate: 0.005,
    present: realDataPresent,
    parts: (seed) =>
      eachPart(partsOf("digits", seed, false), (rows) => ({
        ...withInputs(rows, (value) => value / 16),
        inputShape: [8, 8, 1],
      })),
  },
];
