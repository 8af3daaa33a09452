/** Data as the steps of a model read them: whole, in the engine's memory, from which each step gathers its rows. */
import { bytesOf, type HostArray } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { tensor, Variable, type Tensor } from "../tensor/index.ts";
import type { Labels } from "./criterion.ts";
import type { RowsTaken } from "./events.ts";
import { arranged, type Places, type Structure } from "./places.ts";
import { labelsOf, mapRows, rowsFor, settled, valuesIn, type Rows, type Taker } from "./rows.ts";

/** Some rows of a variable, copied on the host: no program is made for it. */
function takeRows(of: Variable, rows: Int32Array): Tensor {
  const width = sizeOf(of.shape.slice(1));
  const all = of.dataSync();
  const Values = all.constructor as new (length: number) => HostArray;
  const values = new Values(rows.length * width);
  rows.forEach((row, i) => values.set(all.subarray(row * width, (row + 1) * width) as never, i * width));
  return tensor(values, [rows.length, ...of.shape.slice(1)], of.dtype);
}

/**
 * Rows, their labels, and a weight for each, checked to belong together.
 *
 * They are copied when the data set is made, so that the caller's arrays are the caller's again, and take room in the
 * engine's memory from `load` on.
 */
export class Dataset {
  /** The number of rows. */
  readonly count: number;
  readonly #taker: Taker;
  readonly #places: Places;
  readonly #residents: Variable[] = [];
  #given?: Rows<Tensor>;
  #loaded?: Rows<Variable>;

  /**
   * Errors: PL4005 when labels or weights have other rows than `x`, PL3004 when there are none, PL1009 for what is no data,
   * PL2016 for a weight that is negative or not finite, PL4017 for other inputs or labels than the model has.
   */
  constructor(taker: Taker, x: unknown, y: unknown, sampleWeight?: unknown) {
    const { places, ...rows } = rowsFor(taker, x, y, sampleWeight);
    this.#taker = taker;
    this.#places = places;
    this.#given = rows;
    [this.count] = valuesIn(rows)[0].shape;
  }

  /** Puts the data into the engine's memory, and lets go of the copy. */
  load(): this {
    if (this.#given === undefined) return this;
    this.#loaded = mapRows(this.#given, (values) => this.keep(values));
    this.#given = undefined;
    return this;
  }

  /** The inputs, once they are loaded. */
  get x(): Structure<Variable> {
    return this.#loaded!.x;
  }

  /** The data, once they are loaded; labels by output, as far as outputs are known. */
  get rows(): Rows<Variable> {
    return settled(this.#loaded!, this.#places, this.#taker);
  }

  /** The labels of each output, for who checks them. */
  get labels(): readonly (Labels | undefined)[] {
    return labelsOf(this.rows);
  }

  /** Copies of some rows, in the form in which they were given. */
  take(rows: Int32Array): RowsTaken {
    const { x, y, sampleWeight } = mapRows(this.rows, (of) => takeRows(of, rows));
    const inPlace = (values: readonly (Tensor | undefined)[]): never =>
      arranged(this.#taker.outputPlaces ?? this.#places, values as never) as never;
    const weighted = sampleWeight.some((weight) => weight !== undefined);
    return {
      x: x as RowsTaken["x"],
      y: inPlace(y),
      ...(weighted ? { sampleWeight: inPlace(sampleWeight) } : {}),
    };
  }

  /** Bytes that the data hold in the engine's memory. */
  get bytes(): number {
    return this.#residents.reduce((total, { size, dtype }) => total + bytesOf[dtype] * size, 0);
  }

  /** Puts values of all rows into the engine's memory, for as long as the data set is used. */
  keep(values: Tensor): Variable {
    const variable = new Variable(values, { name: "rows", trainable: false });
    this.#residents.push(variable);
    return variable;
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const variable of this.#residents) variable.dispose();
  }
}
