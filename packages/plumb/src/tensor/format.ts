/** How tensors are shown: dtype and shape, then the values in aligned columns, as NumPy prints them. */
import type { DType, HostArray } from "../base/dtype.ts";
import { showShape, sizeOf, stridesOf, type Shape } from "../base/shape.ts";

/** Above this many elements only the ends of each axis are shown. */
const threshold = 1000;
const edge = 3;
const lineWidth = 88;
const digits = 4;

/**
 * `float32 [2, 3]` on the first line, then nested brackets. Floats share one format: four decimals at most, or powers of
 * ten where the values span too much for that. Beyond 1,000 elements long axes show their first and last three.
 */
export function format(values: HostArray, shape: Shape, dtype: DType): string {
  const head = `${dtype} ${showShape(shape)}`;
  if (sizeOf(shape) === 0) return `${head}\n${"[".repeat(shape.length)}${"]".repeat(shape.length)}`;
  const cut = sizeOf(shape) > threshold;
  const strides = stridesOf(shape);
  const shown = shape.map((extent) =>
    cut && extent > 2 * edge ? [...range(0, edge), -1, ...range(extent - edge, extent)] : range(0, extent),
  );
  const places: number[] = [];
  const collect = (axis: number, at: number): void => {
    if (axis === shape.length) return void places.push(at);
    for (const i of shown[axis]) if (i >= 0) collect(axis + 1, at + i * strides[axis]);
  };
  collect(0, 0);
  const show = formatter(
    places.map((place) => values[place]),
    dtype,
  );
  const texts = new Map(places.map((place) => [place, show(values[place])]));
  const width = Math.max(...[...texts.values()].map((text) => text.length));

  const render = (axis: number, at: number): string => {
    if (axis === shape.length) return texts.get(at)!.padStart(width);
    const parts = shown[axis].map((i) => (i < 0 ? "..." : render(axis + 1, at + i * strides[axis])));
    const indent = " ".repeat(axis + 1);
    if (axis < shape.length - 1) {
      return `[${parts.join(`,${"\n".repeat(Math.min(2, shape.length - axis - 1))}${indent}`)}]`;
    }
    return `[${wrap(parts, indent)}]`;
  };
  return `${head}\n${render(0, 0)}`;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Joined by commas, in lines no longer than a terminal is wide. */
function wrap(parts: readonly string[], indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const [i, part] of parts.entries()) {
    const piece = i < parts.length - 1 ? `${part},` : part;
    if (line && indent.length + line.length + 1 + piece.length > lineWidth) {
      lines.push(line);
      line = piece;
    } else {
      line = line ? `${line} ${piece}` : piece;
    }
  }
  return [...lines, line].join(`\n${indent}`);
}

/** One format for all values that are shown. */
function formatter(values: readonly number[], dtype: DType): (value: number) => string {
  if (dtype === "bool") return (value) => (value ? "true" : "false");
  if (dtype === "int32") return String;
  const sizes = values.filter((value) => Number.isFinite(value) && value !== 0).map(Math.abs);
  const largest = Math.max(...sizes, 0);
  const smallest = Math.min(...sizes, Infinity);
  // NumPy's rule: powers of ten where fixed decimals would show too much or too little.
  if (
    largest >= 1e8 ||
    (sizes.length > 0 && (smallest < 1e-4 || (largest / smallest > 1e3 && smallest < 1e-3)))
  ) {
    return (value) => (Number.isFinite(value) ? value.toExponential(digits) : special(value));
  }
  const decimals = Math.max(0, ...values.filter(Number.isFinite).map(decimalsOf));
  return (value) => (Number.isFinite(value) ? value.toFixed(decimals) : special(value));
}

const special = (value: number): string => (Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞");

/** Decimals, four at most, that a value needs. */
function decimalsOf(value: number): number {
  const text = value.toFixed(digits).replace(/0+$/, "");
  return text.length - text.indexOf(".") - 1;
}
