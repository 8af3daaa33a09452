/** The table that `model.summary()` prints. */
import { bytesOf } from "../base/dtype.ts";
import {
  showBatchShape,
  symbolicAmong,
  type Layer,
  type LayerCall,
  type SymbolicTensor,
} from "../layers/index.ts";
import type { Variable } from "../tensor/index.ts";
import type { Graph } from "./graph.ts";
import type { AnyModel } from "./model.ts";

/** What `summary` takes. */
export interface SummaryOptions {
  /** Where the table goes. Default `console.log`. */
  print?: (text: string) => void;
  /** Show the layers of models inside as well. Default false. */
  expandNested?: boolean;
}

const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const countOf = (weights: readonly Variable[]): number =>
  weights.reduce((total, { size }) => total + size, 0);

/** 1 decimal from a kilobyte on: `512 B`, `34.2 KB`. */
function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return power === 0 ? `${count} B` : `${(count / 1024 ** power).toFixed(1)} ${units[power]}`;
}

const total = (weights: readonly Variable[]): string =>
  `${grouped(countOf(weights))} (${bytes(weights.reduce((sum, { size, dtype }) => sum + size * bytesOf[dtype], 0))})`;

/** The widest that a cell may be; longer texts are cut. */
const widest = 48;
const cut = (text: string): string => (text.length > widest ? `${text.slice(0, widest - 1)}…` : text);

/** Name, class, output shape and weights of each layer, then the totals. */
export function summaryOf(model: AnyModel, { expandNested = false }: SummaryOptions = {}): string {
  const { graph } = model;
  const branches = graph !== undefined && !isChain(graph);
  const head = ["Layer", "Output shape", "Weights", ...(branches ? ["Connected to"] : [])];
  const rows = rowsOf(model, branches, expandNested, "");
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right;
  const cells = (row: readonly string[]): string =>
    `│ ${row.map((cell, i) => (i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(" │ ")} │`;

  const trained = new Set(model.trainableVariables);
  const others = model.weights.filter((weight) => !trained.has(weight));
  return [
    `Model "${model.name}"`,
    line("┌", "┬", "┐"),
    cells(head),
    line("├", "┼", "┤"),
    ...rows.map(cells),
    line("└", "┴", "┘"),
    `Weights: ${total(model.weights)}, of which trained: ${total([...trained])}, not trained: ${total(others)}`,
  ].join("\n");
}

function rowsOf(model: AnyModel, branches: boolean, expandNested: boolean, indent: string): string[][] {
  return model.layers.flatMap((layer) => {
    const calls = callsOf(model.graph, layer);
    const row = [
      cut(`${indent}${layer.name} (${layer.className})`),
      cut(shapesOf(calls)),
      weightsOf(layer),
      ...(branches ? [cut(calls.map(connectionsOf).join("; "))] : []),
    ];
    const inside = expandNested && isModel(layer) ? rowsOf(layer, branches, true, `${indent}  `) : [];
    return [row, ...inside];
  });
}

const isModel = (layer: Layer): layer is AnyModel => "graph" in layer;

/** The calls of a layer in a graph; that of an input layer is the one that gives its symbolic tensor. */
const callsOf = (graph: Graph | undefined, layer: Layer): readonly LayerCall[] => {
  if (graph === undefined) return [];
  const given = graph.inputs.map(({ source }) => source).filter((source) => source.layer === layer);
  return [...given, ...graph.calls.filter((call) => call.layer === layer)];
};

const shapesOf = ([first]: readonly LayerCall[]): string =>
  first === undefined ? "?" : first.outputs.map(({ shape }) => showBatchShape(shape)).join(", ");

/** The number of weights, and whether training leaves them. */
function weightsOf(layer: Layer): string {
  if (!layer.built) return "?";
  const count = countOf(layer.weights);
  const couldTrain = layer.weights.filter(({ trainable }) => trainable);
  const trained = layer.trainableWeights.length;
  if (couldTrain.length === 0 || trained === couldTrain.length) return grouped(count);
  return `${grouped(count)} (${trained === 0 ? "frozen" : "partly frozen"})`;
}

const connectionsOf = ({ inputs, options }: LayerCall): string =>
  symbolicAmong(inputs, options).map(nameOf).join(", ");

/** The layer that gives a tensor; of one that gives several, with the number of the tensor. */
const nameOf = (tensor: SymbolicTensor): string => {
  const { layer, outputs } = tensor.source;
  return outputs.length === 1 ? layer.name : `${layer.name}[${outputs.indexOf(tensor)}]`;
};

/** Whether each layer is fed by the one before it in the table, and called once. */
const isChain = ({ inputs, outputs, layers, calls }: Graph): boolean =>
  inputs.length === 1 &&
  outputs.length === 1 &&
  calls.every((call, i) => {
    const from = symbolicAmong(call.inputs, call.options);
    const before = i === 0 ? inputs[0].source : calls[i - 1];
    return from.length === 1 && from[0].source === before;
  }) &&
  new Set(calls.map(({ layer }) => layer)).size === calls.length &&
  layers.length >= calls.length;
