/** Data as the steps of a model read them: whole, in the engine's memory, from which each step gathers its rows. */
import { bytesOf, hostArray } from "../base/dtype.ts";
import { sizeOf } from "../base/shape.ts";
import { initialise, replaceLeaves, tensor, Variable, type Tensor } from "../tensor/index.ts";
import type { Labels } from "./criterion.ts";
import type { LabelsTaken, RowsTaken } from "./events.ts";
import { arranged, type Places, type Structure } from "./places.ts";
import { labelsOf, mapRows, rowsFor, settled, valuesIn, type Rows, type Taker } from "./rows.ts";

/** Elements that are read together rather than row by row. */
const readWhole = 2 ** 13;

/** Some rows of a variable, copied on the host: no program is made for it, and the other rows are not touched. */
function takeRows({ storage, shape, dtype }: Variable, rows: Int32Array): Tensor {
  const width = sizeOf(shape.slice(1));
  const values = hostArray(dtype, rows.length * width);
  initialise([storage]);
  // A read for each row takes longer than reading a small set whole.
  const all = sizeOf(shape) <= readWhole ? storage.read() : undefined;
  rows.forEach((row, i) => {
    const from = row * width;
    values.set(all?.subarray(from, from + width) ?? storage.readPart(from, width), i * width);
  });
  return tensor(values, [rows.length, ...shape.slice(1)], dtype);
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

  /** The rows, each counting by `weights` where they are given. */
  weightedBy(weights: Variable | undefined): Rows<Variable> {
    return weights === undefined ? this.rows : { ...this.rows, sampleWeight: [weights] };
  }

  /** Copies of some rows, in the form in which they were given, with what they count for in a fit. */
  take(rows: Int32Array, weights?: Variable): RowsTaken {
    const { x } = this.rows;
    return {
      x: replaceLeaves(x, (of) => takeRows(of as Variable, rows)),
      ...this.takeLabels(rows, weights),
    } as RowsTaken;
  }

  /** The same without the inputs, which may be large. */
  takeLabels(rows: Int32Array, weights?: Variable): LabelsTaken {
    const { y, sampleWeight } = this.weightedBy(weights);
    const inPlace = (values: readonly (Variable | undefined)[]): never => {
      const taken = values.map((of) => of && takeRows(of, rows));
      return arranged(this.#taker.outputPlaces ?? this.#places, taken as never) as never;
    };
    const weighted = sampleWeight.some((weight) => weight !== undefined);
    return { y: inPlace(y), ...(weighted ? { sampleWeight: inPlace(sampleWeight) } : {}) };
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
