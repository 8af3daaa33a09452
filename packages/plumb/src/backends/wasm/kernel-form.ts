/**
 * What a kernel is apart from its buffers. Equal layers make kernels that differ in nothing else: one function, given
 * other addresses, serves them all, is written once and becomes fast once.
 */
import type { Buffer, Kernel, Loop } from "../../compile/kernel.ts";
import type { Op } from "../../graph/op.ts";

export interface KernelForm {
  /** Equal for two kernels exactly when they differ in their buffers alone. */
  readonly text: string;
  /** The buffers that it touches, in the order in which the form meets them. */
  readonly buffers: readonly number[];
}

/** The form of a kernel of a program that has these buffers. */
export function formOf(kernel: Exclude<Kernel, Loop>, buffers: readonly Buffer[]): KernelForm {
  const writer = new FormWriter();
  writer.fields(kernel);
  const dtypes = writer.buffers.map((buffer) => buffers[buffer].dtype);
  return { text: writer.text + dtypes.join(), buffers: writer.buffers };
}

/** The fields of kernels that are numbers of buffers, wherever they stand. */
const namesBuffer: ReadonlySet<string> = new Set(["buffer", "source", "target", "scratch", "packed"]);

const opNumbers = new Map<Op, number>();

/** Walks plain data. What is met again is told by its number: values share their parts. */
class FormWriter {
  text = "";
  readonly buffers: number[] = [];
  private readonly met = new Map<object, number>();

  fields(value: object): void {
    const known = this.met.get(value);
    if (known !== undefined) {
      this.text += `#${known},`;
      return;
    }
    this.met.set(value, this.met.size);
    this.text += "{";
    for (const name in value) this.field(name, (value as Readonly<Record<string, unknown>>)[name]);
    this.text += "}";
  }

  private field(name: string, value: unknown): void {
    if (name === "op") this.text += `op${this.numberOf(value as Op)},`;
    else if (typeof value === "number" && namesBuffer.has(name)) this.text += `@${this.placeOf(value)},`;
    else if (Array.isArray(value)) {
      this.text += "[";
      for (const item of value) this.field("", item);
      this.text += "]";
    } else if (typeof value === "object" && value !== null) this.fields(value);
    else this.text += Object.is(value, -0) ? "-0," : `${String(value)},`;
  }

  private numberOf(op: Op): number {
    let number = opNumbers.get(op);
    if (number === undefined) opNumbers.set(op, (number = opNumbers.size));
    return number;
  }

  private placeOf(buffer: number): number {
    const place = this.buffers.indexOf(buffer);
    return place < 0 ? this.buffers.push(buffer) - 1 : place;
  }
}
