/** The buffers of a program before they have addresses. */
import { sizeOf } from "../base/shape.ts";
import type { Node, Resident, Spec } from "../graph/node.ts";
import type { Grouping } from "./2-group.ts";
import type { Assign, Schedule } from "./3-schedule.ts";

/** A buffer before it has an address. */
export interface PlannedBuffer {
  readonly dtype: Node["dtype"];
  readonly length: number;
  readonly place:
    | { readonly kind: "resident"; readonly slot: number }
    | { readonly kind: "assigned"; readonly index: number }
    /** Copied in before the run. */
    | { readonly kind: "input"; readonly slot: number }
    | { readonly kind: "intermediate" };
  /** The variable whose memory it is: the old value, or the one it is assigned. */
  readonly variable: Resident | undefined;
}

/** True for what lies in the arena. */
export const inArena = ({ place }: Pick<PlannedBuffer, "place">): boolean =>
  place.kind === "intermediate" || place.kind === "input";

/** Numbers the buffers as they are first asked for. */
export class Buffers {
  readonly list: PlannedBuffer[] = [];
  private readonly ofNode = new Map<Node, number>();
  private readonly targets = new Map<Node, number[]>();
  private readonly slots: Map<Node, number>;
  private readonly grouping: Grouping;

  constructor(inputs: readonly Node[], grouping: Grouping, plan: Schedule) {
    this.slots = new Map(inputs.map((leaf, slot) => [leaf, slot]));
    this.grouping = grouping;
    for (const leaf of inputs) this.of(leaf);
    for (const assign of plan.assigns) {
      const { value, inPlace } = assign;
      if (!inPlace) continue;
      this.targets.set(value, [...(this.targets.get(value) ?? []), this.assigned(assign)]);
    }
  }

  /** The buffer in which the value of `node` is found. */
  of(node: Node): number {
    let buffer = this.targets.get(node)?.[0] ?? this.ofNode.get(node);
    if (buffer === undefined) {
      const slot = this.slots.get(node);
      if (slot === undefined) buffer = this.room(node);
      else if (node.binding?.kind === "resident")
        buffer = this.add(node, { kind: "resident", slot }, node.binding.resident);
      else buffer = this.add(node, { kind: "input", slot });
      this.ofNode.set(node, buffer);
    }
    return buffer;
  }

  /** Every buffer that the value of `node` is to be stored in; none when nobody outside its group reads it. */
  storesOf(node: Node): readonly number[] {
    return this.targets.get(node) ?? (this.grouping.shared.has(node) ? [this.of(node)] : []);
  }

  assigned({ index, value, resident }: Assign): number {
    return this.add(value, { kind: "assigned", index }, resident);
  }

  /** Memory for a value that no other group reads. */
  room(node: Spec): number {
    return this.add(node, { kind: "intermediate" });
  }

  scratch(length: number): number {
    return this.room({ dtype: "int32", shape: [length] });
  }

  private add({ dtype, shape }: Spec, place: PlannedBuffer["place"], variable?: Resident): number {
    return this.list.push({ dtype, length: sizeOf(shape), place, variable }) - 1;
  }
}
