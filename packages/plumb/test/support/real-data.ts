/** The real sets that tests may read from `../shared/data`, as tables of numbers. */
import { existsSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

/** Beside the repository, seen from here or from its root: bundled by scripts/run.mjs, this lies elsewhere. */
const places = [new URL("../../../../../shared/data/", import.meta.url), pathToFileURL("../shared/data/")];
const folder = places.find((place) => existsSync(place)) ?? places[0];

/** Whether the sets are there: they are not part of the repository. */
export const realDataPresent = existsSync(folder);

/** A set as it is read: numbers and texts by columns, NaN where a number is missing. */
export interface RealSet {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly values: readonly (number | string)[] }[];
  /** A number for each row: the class, or the amount. */
  readonly labels: Float32Array;
  /** 0 of a regression. */
  readonly classes: number;
}

const sources: Readonly<
  Record<string, { readonly file: string; readonly target: string; readonly amounts?: boolean }>
> = {
  iris: { file: "iris.csv", target: "species" },
  breast_cancer: { file: "breast_cancer.csv", target: "diagnosis" },
  penguins: { file: "penguins.csv", target: "species" },
  digits: { file: "digits.csv.gz", target: "column 64" },
  housing: { file: "housing.csv", target: "median_house_value", amounts: true },
  "diamonds, price": { file: "diamonds.csv", target: "price", amounts: true },
  "diamonds, cut": { file: "diamonds.csv", target: "cut" },
};

export const realSets: readonly string[] = Object.keys(sources);

/** Reads a set by its name. */
export function readReal(name: string): RealSet {
  const { file, target, amounts = false } = sources[name];
  const bytes = readFileSync(new URL(file, folder));
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(",").map((cell) => cell.replace(/^"|"$/g, "")));
  const numbered = lines[0].every((cell) => Number.isFinite(Number(cell)));
  const names = numbered ? lines[0].map((_, i) => `column ${i}`) : lines[0];
  const rows = numbered ? lines : lines.slice(1);
  const columns = names.map((of, i): RealSet["columns"][number] => {
    const cells = rows.map((row) => row[i]);
    const numeric = cells.every((cell) => cell === "" || cell === "NA" || Number.isFinite(Number(cell)));
    return {
      name: of,
      values: numeric ? cells.map((cell) => (cell === "" || cell === "NA" ? NaN : Number(cell))) : cells,
    };
  });
  const { values } = columns.find((column) => column.name === target)!;
  const kinds = [...new Set(values)].sort();
  return {
    name,
    columns: columns.filter((column) => column.name !== target),
    labels: Float32Array.from(values, (value) => (amounts ? Number(value) : kinds.indexOf(value))),
    classes: amounts ? 0 : kinds.length,
  };
}

/** A table of numbers with its labels. */
export interface Rows {
  readonly data: readonly (readonly number[])[];
  readonly labels: Float32Array;
}

/** How a set is split and prepared. */
export interface PreparedOptions {
  readonly seed: number;
  /** Whether columns, and amounts to be predicted, are standardised. Default true. */
  readonly scale?: boolean;
  /** So many rows are taken, by chance. Default all. */
  readonly most?: number;
  /** The share of the rows that validates. Default 0. */
  readonly validation?: number;
}

/**
 * Splits by chance: a fifth tests, `validation` of all validates, the rest trains. Missing numbers become the mean, texts a
 * column for each word that occurs, and with `scale` all is standardised: everything by the training rows.
 */
export function prepared(
  { columns, labels, classes }: RealSet,
  { seed, scale = true, most = labels.length, validation = 0 }: PreparedOptions,
): {
  readonly columns: readonly string[];
  readonly training: Rows;
  readonly validation: Rows;
  readonly test: Rows;
} {
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
  const order = Array.from(labels, (_, row) => ({ row, at: draw() }))
    .sort((a, b) => a.at - b.at)
    .map(({ row }) => row)
    .slice(0, most);
  const [tested, held] = [0.8, 0.8 - validation].map((share) => Math.floor(share * order.length));
  const train = order.slice(0, held);
  const encoded = columns.flatMap(({ name, values }) => {
    if (typeof values[0] === "number") return [{ name, values: values as readonly number[] }];
    return [...new Set(train.map((row) => values[row]))].map((word) => ({
      name: `${name}=${word}`,
      values: values.map((value) => Number(value === word)),
    }));
  });
  const ready = encoded.map(({ name, values }) => ({ name, values: standardised(values, train, scale) }));
  const targets = Float32Array.from(classes > 0 ? labels : standardised(Array.from(labels), train, scale));
  const rowsOf = (rows: readonly number[]): Rows => ({
    data: rows.map((row) => ready.map(({ values }) => values[row])),
    labels: Float32Array.from(rows, (row) => targets[row]),
  });
  return {
    columns: ready.map(({ name }) => name),
    training: rowsOf(train),
    validation: rowsOf(order.slice(held, tested)),
    test: rowsOf(order.slice(tested)),
  };
}

function standardised(values: readonly number[], rows: readonly number[], scale: boolean): readonly number[] {
  const known = rows.map((row) => values[row]).filter((value) => !Number.isNaN(value));
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const filled = values.map((value) => (Number.isNaN(value) ? mean : value));
  if (!scale) return filled;
  const variance = rows.reduce((sum, row) => sum + (filled[row] - mean) ** 2, 0) / rows.length;
  return filled.map((value) => (value - mean) / (variance > 0 ? Math.sqrt(variance) : 1));
}
