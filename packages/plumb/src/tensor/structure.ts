/**
 * What a graph *is*, apart from its data: a row of integers that is equal for two graphs exactly when one program serves
 * both. It tells ops, attributes, shapes, dtypes, which node feeds which, what kind each leaf is, and which leaves and
 * effects stand for the same resident. Values of leaves are not part of it.
 */
import type { DType } from "../base/dtype.ts";
import type { Attrs, AttrValue, Binding, Body, Graph, Node, Recurrence, Resident } from "../graph/node.ts";
import type { Op } from "../graph/op.ts";
import { topological } from "../graph/order.ts";
import { data as dataOp } from "../ops/source.ts";

/** A closed graph laid out in the order in which its nodes are needed. */
export interface Layout {
  /** All nodes, inputs before users, and the place of each. */
  readonly order: readonly Node[];
  readonly places: ReadonlyMap<Node, number>;
  readonly leaves: readonly Node[];
  readonly checks: readonly Node[];
  readonly outputs: readonly Node[];
  readonly assigns: readonly Node[];
  /** Leaves and assignments name residents by their place in this list. */
  readonly residents: readonly Resident[];
}

/** A leaf is a value from outside: an evaluated node, or a source whose value is not structure. */
export const isLeaf = (node: Node): boolean =>
  node.value !== undefined || (node.op.kind === "source" && node.op.form === "bound");

const noInputs: readonly Node[] = [];

/** Lays out the graph behind `outputs` and `assigns`, with the checks in it, and with those behind `guards` too. */
export function layOut(
  outputs: readonly Node[],
  assigns: readonly Node[] = [],
  guards: readonly Node[] = [],
): Layout {
  const order = topological([...guards, ...outputs, ...assigns]);
  const places = new Map<Node, number>();
  order.forEach((node, place) => places.set(node, place));
  const leaves: Node[] = [];
  const checks: Node[] = [];
  const residents: Resident[] = [];
  for (const node of order) {
    if (isLeaf(node)) {
      leaves.push(node);
      if (node.value === undefined) addResident(residents, node.binding);
    } else if (node.binding?.kind === "check") {
      checks.push(node);
    }
  }
  for (const node of assigns) addResident(residents, node.binding);
  return { order, places, leaves, checks, outputs, assigns, residents };
}

/**
 * The same layout with other leaves in the place of some. The graph goes on naming the leaves it was made with, which is
 * why `places` keeps those.
 */
export function withLeaves(layout: Layout, instead: ReadonlyMap<Node, Node>): Layout {
  const leafFor = (node: Node): Node => instead.get(node) ?? node;
  const residents = [...layout.residents];
  for (const leaf of instead.values()) addResident(residents, leaf.binding);
  return { ...layout, order: layout.order.map(leafFor), leaves: layout.leaves.map(leafFor), residents };
}

function addResident(residents: Resident[], binding: Binding | undefined): void {
  if (binding?.kind === "resident" && !residents.includes(binding.resident)) residents.push(binding.resident);
}

// Words of the code: a growing scratch buffer, reused by every call.
let words = new Int32Array(1 << 14);
let length = 0;

function put(word: number): void {
  if (length === words.length) {
    const wider = new Int32Array(words.length * 2);
    wider.set(words);
    words = wider;
  }
  words[length++] = word;
}

const doubles = new Float64Array(1);
const halves = new Int32Array(doubles.buffer);

function putNumber(value: number): void {
  const small = value | 0;
  if (Object.is(small, value)) {
    put(0);
    put(small);
  } else {
    doubles[0] = value;
    put(1);
    put(halves[0]);
    put(halves[1]);
  }
}

// Strings and ops are named by the order in which they were first met. Both come from the source code: few, and bounded.
const strings = new Map<string, number>();
const ops = new Map<Op, number>();

function idIn<T>(ids: Map<T, number>, item: T): number {
  let id = ids.get(item);
  if (id === undefined) ids.set(item, (id = ids.size));
  return id;
}

function putAttr(value: AttrValue): void {
  switch (typeof value) {
    case "number":
      return putNumber(value);
    case "boolean":
      return put(value ? 2 : 3);
    case "string":
      put(4);
      return put(idIn(strings, value));
    default:
      put(5);
      put(value.length);
      for (const item of value) putAttr(item);
  }
}

const dtypeCodes: Readonly<Record<DType, number>> = { float32: 0, int32: 1, bool: 2, float64: 3 };
const leafCodes: Readonly<Record<Binding["kind"], number>> = {
  data: 0,
  scalar: 1,
  resident: 2,
  argument: 3,
  draw: 4,
  check: 5,
  parameter: 6,
};

function putAttrs(attrs: Attrs): void {
  for (const key in attrs) {
    put(idIn(strings, key));
    putAttr(attrs[key]);
  }
}

/** The steps of loops that were met, each with the places of its nodes, numbered as they are needed. */
type Steps = Map<Recurrence, { readonly number: number; readonly places: Map<Node, number> }>;

/** Which step, described where it is met first, and which of its values. */
function putBody({ recurrence, result }: Body, steps: Steps): void {
  let step = steps.get(recurrence);
  if (step === undefined) {
    steps.set(recurrence, (step = { number: steps.size, places: new Map() }));
    put(step.number);
    put(recurrence.parameters.length);
    for (const leaf of recurrence.parameters) putStepNode(leaf, step.places, steps);
    put(recurrence.states.length);
    for (const state of recurrence.states) putStepValue(state, step.places, steps);
  } else {
    put(step.number);
  }
  if (typeof result === "number") put(result);
  else {
    put(-1);
    putStepValue(result, step.places, steps);
  }
}

/** A node of a step: what of the graph behind it is new, and its place. */
function putStepValue(root: Node, places: Map<Node, number>, steps: Steps): void {
  const fresh = topological([root]).filter((node) => !places.has(node));
  put(fresh.length);
  for (const node of fresh) putStepNode(node, places, steps);
  put(places.get(root)!);
}

function putStepNode(node: Node, places: Map<Node, number>, steps: Steps): void {
  places.set(node, places.size);
  put(idIn(ops, node.op));
  put(dtypeCodes[node.dtype]);
  put(node.shape.length);
  for (const extent of node.shape) put(extent);
  put(node.inputs.length);
  for (const input of node.inputs) put(places.get(input)!);
  putAttrs(node.attrs);
  if (node.body) putBody(node.body, steps);
}

/** The code of a layout, valid until the next call, and a hash of it. */
export function encode(layout: Layout): { code: Int32Array; hash: number } {
  const { order, places, residents } = layout;
  const steps: Steps = new Map();
  length = 0;
  for (const node of order) {
    const leaf = isLeaf(node);
    const kind = leaf && node.value === undefined ? node.binding!.kind : "data";
    put(leaf ? -1 - leafCodes[kind] : idIn(ops, node.op));
    put(dtypeCodes[node.dtype]);
    put(node.shape.length);
    for (const extent of node.shape) put(extent);
    if (leaf) {
      if (kind === "resident") put(residentPlace(residents, node));
      continue;
    }
    put(node.inputs.length);
    for (const input of node.inputs) put(places.get(input)!);
    putAttrs(node.attrs);
    if (node.body) putBody(node.body, steps);
  }
  put(layout.outputs.length);
  for (const node of layout.outputs) put(places.get(node)!);
  put(layout.assigns.length);
  for (const node of layout.assigns) {
    put(places.get(node)!);
    put(residentPlace(residents, node));
  }
  const code = words.subarray(0, length);
  return { code, hash: hashOf(code) };
}

const residentPlace = (residents: readonly Resident[], node: Node): number =>
  residents.indexOf((node.binding as { resident: Resident }).resident);

/** FNV-1a over words. */
function hashOf(code: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < code.length; i++) hash = Math.imul(hash ^ code[i], 0x01000193);
  return hash;
}

export const sameCode = (a: Int32Array, b: Int32Array): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** A graph for a program to keep, and its leaves in the order in which the program wants their values. */
export interface Template {
  readonly graph: Graph;
  readonly nodes: number;
  readonly inputs: readonly Node[];
}

/** The same graph without its data: what a cached program remembers must not hold a user's arrays. */
export function templateOf(layout: Layout): Template {
  const { order, places, residents } = layout;
  const stubs: Resident[] = residents.map(({ shape, dtype }, id) => ({ id, shape, dtype }));
  const stubOf = (resident: Resident): Resident => stubs[residents.indexOf(resident)];
  const inputs: Node[] = [];
  const copies: Node[] = [];
  for (const node of order) {
    let copy: Node;
    if (isLeaf(node)) inputs.push((copy = emptyLeaf(node, stubOf)));
    else copy = { ...copyOf(node), inputs: node.inputs.map((input) => copies[places.get(input)!]) };
    copies.push(copy);
  }
  const placed = (node: Node): Node => copies[places.get(node)!];
  const effects = [...layout.checks, ...layout.assigns].map(placed);
  return { graph: { outputs: layout.outputs.map(placed), effects }, nodes: order.length, inputs };

  // The step of a loop names nothing outside it: the copy shares it.
  function copyOf({ op, inputs, attrs, shape, dtype, binding, body, origin }: Node): Node {
    return binding
      ? { op, inputs, attrs, shape, dtype, binding: emptied(binding, stubOf), origin }
      : { op, inputs, attrs, shape, dtype, body, origin };
  }
}

function emptyLeaf(leaf: Node, stubOf: (resident: Resident) => Resident): Node {
  const { shape, dtype, attrs, op, binding } = leaf;
  if (leaf.value !== undefined || binding === undefined) {
    return { op: dataOp, inputs: noInputs, attrs: { shape, dtype }, shape, dtype, binding: noData() };
  }
  return { op, inputs: noInputs, attrs, shape, dtype, binding: emptied(binding, stubOf) };
}

/** The binding without what it holds: an object of its own, so that backends can tell leaves by it. */
function emptied(binding: Binding, stubOf: (resident: Resident) => Resident): Binding {
  switch (binding.kind) {
    case "data":
      return noData();
    case "scalar":
      return { kind: "scalar", value: 0 };
    case "resident":
      return { kind: "resident", resident: stubOf(binding.resident) };
    case "check":
      return { kind: "check", explain: () => new Error("a template explains nothing") };
    case "argument":
      return { kind: "argument", index: binding.index };
    case "parameter":
      return binding;
    case "draw":
      return { kind: "draw", word: binding.word, next: drawsNothing };
  }
}

function drawsNothing(): never {
  throw new Error("a template draws nothing");
}

const noData = (): Binding => ({ kind: "data", data: new Float32Array(0) });
