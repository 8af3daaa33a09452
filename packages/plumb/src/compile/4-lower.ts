/** Pass 4: groups become kernels. What each of them stores is decided here, and `values.ts` finds how it is computed. */
import { sizeOf, stridesOf } from "../base/shape.ts";
import type { Body, Graph, Node, Spec } from "../graph/node.ts";
import type { ScatterOp } from "../graph/op.ts";
import {
  affineAdd,
  affineConstant,
  affineCounter,
  affineScale,
  affineWiden,
  flatOffset,
  type Affine,
} from "./affine.ts";
import type { Group, Grouping } from "./2-group.ts";
import type { Schedule } from "./3-schedule.ts";
import { Buffers, type PlannedBuffer } from "./buffers.ts";
import { coalesce } from "./coalesce.ts";
import type { Expr, Fold, Kernel, Product, Program, Stage, Store } from "./kernel.ts";
import { constantInput, loopInput, stepOf } from "./loops.ts";
import { arrange, type Strided } from "./product-axes.ts";
import { allAxes, counters, isLeaf, movingAxes, withoutChecks } from "./nodes.ts";
import { across, type Place } from "./rows.ts";
import { split, Values, type Home } from "./values.ts";

/** Words of scratch that a sort needs per element of a line: a 64-bit key and two lists of indices. */
const sortWords = 4;

/** Neighbouring inputs of a concatenation that one kernel lays in place, at most. */
const placedTogether = 8;

export interface Lowered {
  readonly buffers: readonly PlannedBuffer[];
  readonly kernels: readonly Kernel[];
  /** Position in `kernels` before which the guards stand. */
  readonly guardsAt: number;
  readonly guards: readonly { readonly buffer: number; readonly check: number }[];
  readonly outputs: readonly number[];
  readonly packedOnce: readonly number[];
}

/** What lowering asks of others. */
export interface Help {
  readonly packing: Packing;
  /** Compiles the step of a loop, whose leaves are these; `steady` are the same in every step. */
  readonly compileStep: (graph: Graph, leaves: readonly Node[], steady: ReadonlySet<Node>) => Program;
  /** Leaves of the graph that are the same at every run, where it is the step of a loop. */
  readonly steady: ReadonlySet<Node>;
  /** Is told of each kernel, and of what it computes. */
  readonly made?: (kernel: Kernel, nodes: readonly Node[]) => void;
}

/** How many words of scratch a backend wants for a product, and whether it packs the right operand into them beforehand. */
export type Packing = (product: Omit<Product, "kind" | "name" | "packed" | "packsAhead">) => {
  readonly words: number;
  readonly ahead: boolean;
};

export function lower(
  graph: Graph,
  inputs: readonly Node[],
  grouping: Grouping,
  plan: Schedule,
  help: Help,
): Lowered {
  const buffers = new Buffers(inputs, grouping, plan);
  const kernels: Kernel[] = [];
  const packedOnce: number[] = [];
  let guardsAt = 0;
  plan.order.forEach((group, position) => {
    if (position === plan.guardsAt) guardsAt = kernels.length;
    const own = new Lowering(group, grouping, buffers, help, packedOnce).kernels();
    for (const kernel of own) help.made?.(kernel, [...group.members.keys()]);
    kernels.push(...own);
  });
  if (plan.guardsAt === plan.order.length) guardsAt = kernels.length;
  const guards = plan.guards.map(({ condition, check }) => ({ buffer: buffers.of(condition), check }));
  for (const assign of plan.assigns) {
    if (assign.inPlace) continue;
    const kernel = copy(buffers.of(assign.value), assign.value, buffers.assigned(assign));
    help.made?.(kernel, [assign.value]);
    kernels.push(kernel);
  }
  const outputs = graph.outputs.map((output) => buffers.of(withoutChecks(output)));
  return {
    buffers: buffers.list,
    kernels: kernels.filter(hasWork),
    guardsAt: workBefore(kernels, guardsAt),
    guards,
    outputs,
    packedOnce,
  };
}

const workBefore = (kernels: readonly Kernel[], position: number): number =>
  kernels.slice(0, position).filter(hasWork).length;

function hasWork(kernel: Kernel): boolean {
  switch (kernel.kind) {
    case "nest":
      return sizeOf(kernel.outer) > 0;
    case "product":
      return sizeOf(kernel.batch) * kernel.m * kernel.n > 0;
    case "scan":
    case "sort":
      return kernel.outer * kernel.extent * kernel.inner > 0;
    case "fill":
      return kernel.length > 0;
    case "scatter":
      return sizeOf(kernel.loops) > 0;
    case "loop":
      return kernel.count > 0;
  }
}

/** The row-major number of the point among the inner loops, which follow `outer` others. */
function positionIn(inner: readonly number[], outer: number): Expr {
  const coefficients = [...new Array<number>(outer).fill(0), ...stridesOf(inner)];
  return { kind: "counter", at: { base: 0, coefficients }, dtype: "int32" };
}

function copy(source: number, value: Spec, target: number): Kernel {
  const length = sizeOf(value.shape);
  const at: Affine = { base: 0, coefficients: [1] };
  const load: Expr = { kind: "load", buffer: source, at, dtype: value.dtype };
  return {
    kind: "nest",
    name: "copy",
    outer: [length],
    stages: [{ inner: [], folds: [], stores: [{ buffer: target, at, value: load }] }],
  };
}

class Lowering implements Home {
  private readonly group: Group;
  private readonly grouping: Grouping;
  private readonly buffers: Buffers;
  private readonly folds = new Map<Node, Fold>();
  /** The stage of a nest that is being lowered. */
  private stage = 0;

  private readonly help: Help;
  private readonly packedOnce: number[];

  constructor(group: Group, grouping: Grouping, buffers: Buffers, help: Help, packedOnce: number[]) {
    this.help = help;
    this.packedOnce = packedOnce;
    this.group = group;
    this.grouping = grouping;
    this.buffers = buffers;
  }

  kernels(): Kernel[] {
    switch (this.group.kind) {
      case "nest":
        return [this.nest()];
      case "product":
        return [this.product()];
      case "scan":
      case "sort":
        return [this.lines(), ...this.copies()];
      case "scatter":
        return [...this.scatter(), ...this.copies()];
      case "place":
        return [...this.placed(), ...this.copies()];
      case "loop":
        return [...this.loop(), ...this.copies()];
    }
  }

  /** Kernels that write one buffer leave their results there; whoever else is to hold them gets a copy. */
  private copies(): Kernel[] {
    return this.members.flatMap((member) => {
      const [first, ...others] = this.buffers.storesOf(member);
      return others.map((target) => copy(first, member, target));
    });
  }

  private get members(): Node[] {
    return [...this.group.members.keys()];
  }

  private get name(): string {
    return this.members.map((member) => member.op.name).join("+");
  }

  private nest(): Kernel {
    const { outer, rows, members } = this.group;
    if (rows === undefined) {
      const stores = this.storesOf(this.members, new Values(outer, this), outer.length);
      return coalesce({ kind: "nest", name: this.name, outer, stages: [{ inner: [], folds: [], stores }] });
    }
    const inner = rows.along.map((d) => rows.points[d]);
    const loops = [...outer, ...inner];
    const stages: Stage[] = [];
    let values = new Values(loops, this, outer.length);
    const last = Math.max(...[...members.values()].map(({ stage }) => stage));
    for (this.stage = 0; this.stage <= last; this.stage++, values = values.next()) {
      const here = this.members.filter((member) => this.isDoneIn(member, this.stage));
      const folds = here.filter((member) => member.op.kind === "reduce");
      for (const fold of folds) this.folds.set(fold, this.fold(fold, inner, values));
      const points = here.filter((member) => member.op.kind !== "reduce");
      const stage: Stage = {
        inner,
        folds: folds.map((fold) => this.folds.get(fold) as Fold),
        stores: this.storesOf(points, values, loops.length),
      };
      if (stage.folds.length + stage.stores.length > 0) stages.push(stage);
    }
    const once = this.members.filter((member) => members.get(member)?.level === "row");
    const stores = this.storesOf(once, values, loops.length);
    if (stores.length > 0) stages.push({ inner: [], folds: [], stores });
    return coalesce({ kind: "nest", name: this.name, outer, stages });
  }

  /** True for what is computed at the points of a stage: a value for each, or a fold, which is done after it. */
  private isDoneIn(member: Node, stage: number): boolean {
    const place = this.group.members.get(member) as Place;
    return member.op.kind === "reduce"
      ? place.stage === stage + 1
      : place.level === "point" && place.stage === stage;
  }

  private fold(member: Node, inner: readonly number[], values: Values): Fold {
    if (member.op.kind !== "reduce") throw new Error(`${member.op.name} is no fold`);
    const source = member.inputs[0];
    const value = values.of(source, counters(source, this.axesOfPoints(source)));
    const isIndex = member.op.fold.form === "index";
    const position = isIndex ? positionIn(inner, this.group.outer.length) : undefined;
    return { op: member.op, value, position, dtype: member.dtype };
  }

  /** Which axis of a value with an element for each point the loops of a nest count: those over the rows come first. */
  private axesOfPoints(value: Node): number[] {
    const { rows } = this.group;
    const axes = movingAxes(value);
    return rows === undefined ? axes : [...across(rows), ...rows.along].map((d) => axes[d]);
  }

  /** The stores of some members at the point that the loops stand at. */
  private storesOf(members: readonly Node[], values: Values, loops: number): Store[] {
    return members.flatMap((member) =>
      this.buffers.storesOf(member).map((buffer) => {
        const at = counters(member, this.loopAxes(member));
        return { buffer, at: flatOffset(at, stridesOf(member.shape), loops), value: values.of(member, at) };
      }),
    );
  }

  private product(): Kernel {
    const { anchor, outer, inner } = this.group;
    const { op, attrs } = anchor;
    if (op.kind !== "contract") throw new Error(`${op.name} is no contraction`);
    const [a, b] = anchor.inputs;
    const { batch } = op.form(attrs, a.shape, b.shape);
    const stores = this.storesOf(this.members, new Values(outer, this), outer.length);
    const arranged = arrange({ outer, inner, batch, a: this.operand(a), b: this.operand(b), stores });
    const { words, ahead } = this.help.packing(arranged);
    const packed = words > 0 ? this.buffers.scratch(words) : undefined;
    if (packed !== undefined && this.isSteady(b)) this.packedOnce.push(packed);
    return { kind: "product", name: this.name, ...arranged, packed, packsAhead: ahead };
  }

  /** True for a view of a leaf that is the same at every run. */
  private isSteady(node: Node): boolean {
    let base = withoutChecks(node);
    while (base.op.kind === "view" && !this.isFinished(base)) base = withoutChecks(base.inputs[0]);
    return this.help.steady.has(base);
  }

  private operand(node: Node): Strided {
    const values = new Values(node.shape, this);
    const { buffer, at } = values.locate(node, counters(node, allAxes(node)));
    return { buffer, base: at.base, strides: at.coefficients };
  }

  private lines(): Kernel {
    const { anchor } = this.group;
    const { op, attrs } = anchor;
    const source = withoutChecks(anchor.inputs[0]);
    const axis = attrs.axis as number;
    const layout = {
      name: this.name,
      dtype: source.dtype,
      outer: sizeOf(source.shape.slice(0, axis)),
      extent: source.shape[axis],
      inner: sizeOf(source.shape.slice(axis + 1)),
      source: this.buffers.of(source),
      target: this.buffers.of(anchor),
    };
    if (op.kind === "scan") {
      return {
        kind: "scan",
        op,
        exclusive: attrs.exclusive as boolean,
        reverse: attrs.reverse as boolean,
        ...layout,
      };
    }
    const scratch = this.buffers.scratch(sortWords * layout.extent);
    return { kind: "sort", descending: attrs.descending as boolean, scratch, ...layout };
  }

  private scatter(): Kernel[] {
    const { anchor } = this.group;
    const { gather } = anchor.op as ScatterOp;
    const [updates, indices] = anchor.inputs;
    const axes = movingAxes(updates);
    const loops = axes.map((axis) => updates.shape[axis]);
    const values = new Values(loops, this);
    const at = counters(updates, axes);
    const target = this.buffers.of(anchor);
    const { strides, axis } = { strides: stridesOf(anchor.shape), axis: gather.axis(anchor.attrs) };
    const read = gather.read(
      at.map(affineWiden),
      affineCounter(loops.length, loops.length + 1),
      anchor.attrs,
      anchor.shape,
      indices.shape,
    );
    const place = { ...split(flatOffset(read, strides, loops.length + 1)), extent: anchor.shape[axis] };
    const index = values.of(indices, gather.indexAt(at, anchor.attrs, anchor.shape, indices.shape));
    const fill: Kernel = {
      kind: "fill",
      name: "zero",
      buffer: target,
      length: sizeOf(anchor.shape),
      value: 0,
      dtype: anchor.dtype,
    };
    const update = values.of(updates, at);
    return [
      fill,
      { kind: "scatter", name: this.name, loops, update, index, target, ...place, dtype: anchor.dtype },
    ];
  }

  private placed(): Kernel[] {
    const { anchor } = this.group;
    if (anchor.op.kind !== "place") throw new Error("not a place");
    const { op, attrs, shape, dtype } = anchor;
    const target = this.buffers.of(anchor);
    const strides = stridesOf(shape);
    const covered = anchor.inputs.reduce((sum, input) => sum + sizeOf(input.shape), 0);
    const kernels: Kernel[] = [];
    if (covered < sizeOf(shape)) {
      kernels.push({
        kind: "fill",
        name: "fill",
        buffer: target,
        length: sizeOf(shape),
        value: op.fill(attrs),
        dtype,
      });
    }
    // Inputs of one shape are laid out together: they may be computed from the same values.
    const nests = new Map<string, { loops: readonly number[]; values: Values; stores: Store[] }>();
    op.places(anchor.inputs, attrs).forEach(({ offset, step }, i) => {
      const input = anchor.inputs[i];
      const axes = movingAxes(input);
      const loops = axes.map((axis) => input.shape[axis]);
      const key = `${Math.floor(i / placedTogether)}: ${axes} of ${input.shape}`;
      const nest = nests.get(key) ?? { loops, values: new Values(loops, this), stores: [] };
      nests.set(key, nest);
      const at = counters(input, axes);
      const there = at.map((c, axis) =>
        affineAdd(affineScale(c, step[axis]), affineConstant(offset[axis], loops.length)),
      );
      const value = nest.values.of(input, at);
      nest.stores.push({ buffer: target, at: flatOffset(there, strides, loops.length), value });
    });
    for (const { loops, stores } of nests.values()) {
      kernels.push(
        coalesce({ kind: "nest", name: this.name, outer: loops, stages: [{ inner: [], folds: [], stores }] }),
      );
    }
    return kernels;
  }

  private loop(): Kernel[] {
    const { members } = this;
    const { anchor } = this.group;
    const { count, reverse } = anchor.attrs as { count: number; reverse: boolean };
    const step = stepOf(members);
    const { buffers } = this;

    // States are computed in place: in the buffer of the last value, where somebody reads that.
    const last = new Map<number, number>();
    const copies: Kernel[] = [];
    members.forEach((member) => {
      const { result } = member.body as Body;
      if (typeof result !== "number") return;
      const known = last.get(result);
      if (known === undefined) last.set(result, buffers.of(member));
      else copies.push(copy(known, member, buffers.of(member)));
    });
    for (const k of step.states) if (!last.has(k)) last.set(k, buffers.room(anchor.inputs[k]));
    const starts = [...last].map(([k, target]) => this.start(anchor.inputs[k], target));

    const constant = step.inputs.filter(({ input, moves }) => !moves && !step.states.includes(input));
    const program = this.help.compileStep(
      step.graph,
      step.inputs.map(({ leaf }) => leaf),
      new Set(constant.map(({ leaf }) => leaf)),
    );
    const kernel: Kernel = {
      kind: "loop",
      name: "loop",
      count,
      reverse,
      program,
      inputs: step.inputs.map(({ leaf, input, moves }) => ({
        buffer: step.states.includes(input)
          ? (last.get(input) as number)
          : buffers.of(loopInput(anchor.inputs[input]) as Node),
        stride: moves ? sizeOf(leaf.shape) : 0,
      })),
      targets: step.targets.map((target) =>
        "state" in target
          ? { buffer: last.get(target.state) as number, stride: 0 }
          : {
              buffer: buffers.of(members[target.stack]),
              stride: sizeOf(members[target.stack].shape.slice(1)),
            },
      ),
      scratch: buffers.scratch(Math.ceil(program.arenaBytes / 4)),
    };
    return step.targets.length === 0 ? [...starts, ...copies] : [...starts, kernel, ...copies];
  }

  /** Puts what a state starts from in its place. */
  private start(initial: Node, target: number): Kernel {
    const value = constantInput(initial);
    if (value === undefined) return copy(this.buffers.of(loopInput(initial) as Node), initial, target);
    const { shape, dtype } = initial;
    return { kind: "fill", name: "start", buffer: target, length: sizeOf(shape), value, dtype };
  }

  /** Which axis of a member each loop counts; -1 for none. A product's epilogue counts unit axes too (as -1). */
  loopAxes(member: Node): number[] {
    const { kind, outer, rows, members } = this.group;
    const axes = movingAxes(member);
    let next = 0;
    if (kind === "product") return outer.map((extent) => (extent === 1 ? -1 : axes[next++]));
    if (rows === undefined) return axes;
    return members.get(member)?.level === "point"
      ? this.axesOfPoints(member)
      : [...axes, ...rows.along.map(() => -1)];
  }

  /** True when the value is computed by the stage being lowered, at the point it is at, or known of the row. */
  isOwn(node: Node): boolean {
    const place = this.group.members.get(node);
    return place !== undefined && (place.level === "row" || place.stage === this.stage);
  }

  isFinished(node: Node): boolean {
    return isLeaf(node) || this.grouping.groupOf.has(node);
  }

  bufferOf(node: Node): number {
    return this.buffers.of(node);
  }

  /** What an own member is, where it is not an expression of its inputs. */
  special(node: Node): Expr | undefined {
    const fold = this.folds.get(node);
    if (fold !== undefined) return { kind: "folded", fold, dtype: node.dtype };
    if (node.op.kind === "contract") return { kind: "product", dtype: node.dtype };
    return undefined;
  }
}
