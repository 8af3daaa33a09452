/**
 * What layers have that read texts. They are no `Layer`: texts are no tensors, so that nothing of them is drawn, compiled
 * or differentiated, and a model begins with the tensors they give. A `Sequential` therefore refuses them (PL4004); they
 * are called on the data before. Names, options and their checks are those of layers.
 */
import { PlumbError } from "../../base/errors.ts";
import { snakeCase } from "../../base/names.ts";
import { optional, resolve, text, type Parameters, type ValuesOf } from "../../base/parameters.ts";
import type { Shape } from "../../base/shape.ts";
import type { Nested } from "../../tensor/index.ts";

const common = { name: optional(text("", "What the layer is called")) };

/**
 * A layer that reads texts and gives tensors: called on the data before a model sees them, not a part of the model.
 *
 * Errors: PL4004 for an option that is none, or a value that it does not take.
 */
export abstract class PreprocessingLayer {
  /** The class's name where names are looked up; a minifier would change the class's own. */
  static readonly className: string = "PreprocessingLayer";
  /** The options that the class takes, besides `name`. */
  static readonly parameters: Parameters = {};

  readonly name: string;
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(options: object) {
    const { className, parameters } = new.target as unknown as typeof PreprocessingLayer;
    const values = resolve("PL4004", className, { ...parameters, ...common }, options);
    this.#options = values;
    this.name = values.name ?? snakeCase(className);
  }

  /** The values of the parameters that a class declares: what was given, or their defaults. */
  protected valuesOf<P extends Parameters>(_parameters: P): ValuesOf<P> {
    return this.#options as ValuesOf<P>;
  }

  /** Tensors from texts. */
  abstract call(inputs: unknown): unknown;
}

/** Values as they stand in nested arrays, and the shape of these. */
export interface Flat<T> {
  readonly values: readonly T[];
  readonly shape: Shape;
}

/**
 * The values of nested arrays, all at one depth, in rows of one length. PL1009 for anything else, which names the first,
 * and the layer it was given to; `words` says what a value is.
 */
export function flatten<T>(
  name: string,
  nested: Nested<T>,
  isValue: (value: unknown) => value is T,
  words: string,
): Flat<T> {
  const shape: number[] = [];
  for (let level: unknown = nested; Array.isArray(level); level = level[0]) shape.push(level.length);
  const values: T[] = [];
  const walk = (item: unknown, place: readonly number[]): void => {
    const axis = place.length;
    if (Array.isArray(item) && item.length === shape[axis])
      return item.forEach((inner, i) => walk(inner, [...place, i]));
    if (axis < shape.length || !isValue(item))
      throw new PlumbError("PL1009", {
        asked: `The layer "${name}" was called with nested arrays`,
        arrived: `${place.length === 0 ? "They are" : `At [${place.join(", ")}] there is`} ${describe(item)}`,
        why: `They hold ${words}, all at one depth, in rows of one length`,
        fix: "Fill shorter rows up, or give one row at a time",
      });
    values.push(item);
  };
  walk(nested, []);
  return { values, shape };
}

const describe = (item: unknown): string =>
  Array.isArray(item) ? `an array of ${item.length}` : `${item === null ? "null" : typeof item}`;

/** The opposite of `flatten`. */
export function nest<T>(values: readonly T[], shape: Shape): Nested<T> {
  if (shape.length === 0) return values[0];
  const [extent, ...rest] = shape;
  const size = extent === 0 ? 0 : values.length / extent;
  return Array.from({ length: extent }, (_, i) => nest(values.slice(i * size, (i + 1) * size), rest));
}

export const isText = (value: unknown): value is string => typeof value === "string";
