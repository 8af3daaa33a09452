/** The buffers of a program before they have addresses. */
import { sizeOf } from "../base/shape.ts";
import type { Node, Spec } from "../graph/node.ts";
import type { Grouping } from "./2-group.ts";
import type { Schedule } from "./3-schedule.ts";

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
}

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
    for (const { index, value, inPlace } of plan.assigns) {
      if (!inPlace) continue;
      this.targets.set(value, [...(this.targets.get(value) ?? []), this.assigned(index, value)]);
    }
  }

  /** The buffer in which the value of `node` is found. */
  of(node: Node): number {
    let buffer = this.targets.get(node)?.[0] ?? this.ofNode.get(node);
    if (buffer === undefined) {
      const slot = this.slots.get(node);
      if (slot === undefined) buffer = this.add(node, { kind: "intermediate" });
      else buffer = this.add(node, { kind: node.binding?.kind === "resident" ? "resident" : "input", slot });
      this.ofNode.set(node, buffer);
    }
    return buffer;
  }

  /** Every buffer that the value of `node` is to be stored in; none when nobody outside its group reads it. */
  storesOf(node: Node): readonly number[] {
    return this.targets.get(node) ?? (this.grouping.shared.has(node) ? [this.of(node)] : []);
  }

  assigned(index: number, value: Node): number {
    return this.add(value, { kind: "assigned", index });
  }

  /** Memory for a value that no other group reads. */
  room(node: Spec): number {
    return this.add(node, { kind: "intermediate" });
  }

  scratch(length: number): number {
    this.list.push({ dtype: "int32", length, place: { kind: "intermediate" } });
    return this.list.length - 1;
  }

  private add(node: Spec, place: PlannedBuffer["place"]): number {
    this.list.push({ dtype: node.dtype, length: sizeOf(node.shape), place });
    return this.list.length - 1;
  }
}
