/**
 * A step of training done again, node by node, to find where a number that is not finite came into being. Each value is
 * computed in float64 and rounded to the dtype of its node, as a compiled step rounds it, so that what overflows there
 * overflows here.
 */
import { generatorState, setGeneratorState, type Draw, type GeneratorState } from "../base/seed.ts";
import { sizeOf } from "../base/shape.ts";
import type { Binding, Node } from "../graph/node.ts";
import { topological } from "../graph/order.ts";
import { evaluate, toTruth, type Truth } from "../interpret/evaluate.ts";
import { interpret } from "../interpret/interpret.ts";
import { collectLosses } from "../layers/index.ts";
import { expandComposites, g } from "../ops/index.ts";
import { argument } from "../ops/source.ts";
import type { TraceContext } from "../tensor/context.ts";
import { initialise } from "../tensor/run.ts";
import { storageOf, type Storage } from "../tensor/storage.ts";
import { leavesOf, withTrace, type Tensor } from "../tensor/index.ts";
import {
  labelsOf,
  rowsFor,
  tensorsFor,
  type AnyModel,
  type Batch,
  type RowsTaken,
  type Structure,
} from "../train/index.ts";
import type { Origin } from "./subjects/training.ts";

/** What a step that was done again gave. */
export interface Replayed {
  readonly loss: number;
  /** Draws of random numbers that the step makes. */
  readonly drawn: number;
  /** Where the first number that is not finite came from; undefined where all are finite. */
  readonly origin?: Origin;
}

/**
 * Does a step of `model` again, from the weights that it has now, and changes nothing. `draws`: where the random numbers of
 * the step begin. `rows`: the numbers that its rows have in the data.
 */
export function replay(
  model: AnyModel,
  taken: RowsTaken,
  rows: ArrayLike<number>,
  draws: GeneratorState,
): Replayed {
  const { loss, assigned, drawn } = graphOf(model, taken);
  const words = wordsFrom(draws, drawn);
  const roots = expandComposites(g, [loss, ...assigned]);
  const values = valuesOf(roots, words);
  const [value] = values.get(roots[0])!;
  const wrong = roots.filter((root) => !isFinite(values.get(root)!));
  // What a finite loss left behind: slots of the optimizer that were wrong before say less than a gradient that is wrong now.
  const sources = (wrong[0] === roots[0] ? [roots[0]] : wrong).map((root) => sourceOf(root, values));
  const source = sources.find((node) => !isResident(node)) ?? sources[0];
  const origin = source && originOf(source, values, rows);
  return { loss: value, drawn: drawn.length, ...(origin === undefined ? {} : { origin }) };
}

/** The graph of a step: its loss, the new values of all that it changes, and its draws in their order. */
function graphOf(
  model: AnyModel,
  { x, y, sampleWeight }: RowsTaken,
): { readonly loss: Node; readonly assigned: readonly Node[]; readonly drawn: readonly (() => Draw)[] } {
  const { places: _, ...rows } = rowsFor(model, x, y, sampleWeight);
  const objective = model.compiled.objective(model.outputInfos!, labelsOf(rows));
  const values = new Map<Storage, Node>();
  const assigned = new Map<Storage, Node>();
  const context: TraceContext = {
    draws: [],
    checks: [],
    read: (storage) => values.get(storage) ?? storage.passingLeaf(),
    assign(storage, value) {
      values.set(storage, value);
      assigned.set(storage, value);
    },
  };
  const batch: Batch<any, any> = {
    x: rows.x,
    y: leavesOf(y).length === 1 ? rows.y[0] : y,
    ...(sampleWeight === undefined
      ? {}
      : { sampleWeight: leavesOf(sampleWeight).length === 1 ? rows.sampleWeight[0] : sampleWeight }),
    loss(predictions: Structure<Tensor>) {
      const outputs = tensorsFor(model.outputPlaces!, predictions, {
        what: "the predictions",
        place: "output",
      });
      return model.penalised(objective.loss(rows.y, outputs, rows.sampleWeight).total);
    },
  };
  return withTrace(context, () => {
    const { value } = collectLosses(() => model.trainStep(batch));
    return { loss: value.loss.node, assigned: [...assigned.values()], drawn: context.draws };
  });
}

/** The words of each draw, made in the order of the step from where its random numbers begin. */
function wordsFrom(draws: GeneratorState, drawn: readonly (() => Draw)[]): ReadonlyMap<() => Draw, Draw> {
  const outside = generatorState();
  setGeneratorState(draws);
  try {
    return new Map(drawn.map((next) => [next, next()]));
  } finally {
    setGeneratorState(outside);
  }
}

type Values = ReadonlyMap<Node, Truth>;

function valuesOf(roots: readonly Node[], words: ReadonlyMap<() => Draw, Draw>): Values {
  const values = new Map<Node, Truth>();
  for (const node of topological(roots)) values.set(node, rounded(node, valueOf(node, values, words)));
  return values;
}

function valueOf(node: Node, values: Values, words: ReadonlyMap<() => Draw, Draw>): Truth {
  const { op, binding } = node;
  if (node.value !== undefined) return toTruth(node, node.value);
  if (binding?.kind === "data") return toTruth(node, binding.data);
  if (binding?.kind === "scalar") return Float64Array.of(binding.value);
  if (binding?.kind === "draw") return Int32Array.of(words.get(binding.next)![binding.word]);
  if (op.kind === "source" && binding?.kind === "resident") {
    const storage = storageOf(node);
    initialise([storage]);
    return toTruth(node, storage.read());
  }
  const inputs = node.inputs.map((input) => values.get(input)!);
  // What a check passes on, and what an assignment writes, is its first input.
  if (op.kind === "effect") return inputs[0];
  if (node.body === undefined) return evaluate(node, inputs);
  const leaves = node.inputs.map(({ shape, dtype }, index) =>
    g.node(argument, [], { shape: [...shape], dtype }, { kind: "argument", index }),
  );
  const lookup = (of: Binding): Truth => inputs[(of as { index: number }).index];
  return interpret([{ ...node, inputs: leaves }], lookup)[0] as Truth;
}

/** As a node of its dtype holds it. */
function rounded({ dtype }: Node, value: Truth): Truth {
  if (dtype !== "float32") return value;
  for (let i = 0; i < value.length; i++)
    if (Math.fround(value[i]) !== value[i]) return value.map(Math.fround);
  return value;
}

const isFinite = (value: Truth): boolean => firstNotFinite(value) < 0;

function firstNotFinite(value: Truth): number {
  for (let i = 0; i < value.length; i++) if (!Number.isFinite(value[i])) return i;
  return -1;
}

const isResident = ({ binding }: Node): boolean => binding?.kind === "resident";

/**
 * Back from a value that is not finite, through what it was computed from, to the first place whose inputs are all finite;
 * to variables that were not finite before only where there is no other.
 */
function sourceOf(from: Node, values: Values): Node {
  const seen = new Set<Node>();
  const open = [from];
  let resident = from;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const wrong =
      node.value === undefined ? node.inputs.filter((input) => !isFinite(values.get(input)!)) : [];
    if (wrong.length === 0) {
      if (!isResident(node)) return node;
      resident = node;
      continue;
    }
    // Infinity may be meant, as behind a mask; NaN hardly ever is.
    const isNaNs = (input: Node): boolean => values.get(input)!.some(Number.isNaN);
    open.push(...wrong.filter((input) => !isNaNs(input)).reverse(), ...wrong.filter(isNaNs).reverse());
  }
  return resident;
}

/** What is to be said of the place where a value that is not finite came into being. */
function originOf(node: Node, values: Values, rows: ArrayLike<number>): Origin {
  const value = values.get(node)!;
  const at = firstNotFinite(value);
  const perRow = node.shape.length > 0 && node.shape[0] === rows.length;
  const batchRow = perRow ? Math.floor(at / (value.length / node.shape[0])) : undefined;
  const { origin, binding, op } = node;
  const isOne = op.kind === "elementwise";
  return {
    pass: origin?.backward === true ? "backward" : "forward",
    op: binding?.kind === "resident" ? "weights" : op.kind === "source" ? "data" : op.name,
    ...(origin === undefined ? {} : { layer: origin.name }),
    ...(batchRow === undefined ? {} : { batchRow, row: rows[batchRow] }),
    operands: node.inputs.map((input) => {
      const operand = values.get(input)!;
      return isOne && operand.length === sizeOf(node.shape) ? operand[at] : farthestOf(operand);
    }),
    ...(isOne || node.inputs.length === 0 ? {} : { many: true }),
    value: value[at],
  };
}

/** The value that is farthest from 0. */
const farthestOf = (operand: Truth): number => {
  let farthest = 0;
  for (const value of operand) if (Math.abs(value) > Math.abs(farthest)) farthest = value;
  return farthest;
};
