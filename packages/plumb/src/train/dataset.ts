/** Data as the steps of a model read them: whole, in the engine's memory, from which each step gathers its rows. */
import { checkSameRows, checkSomeRows, checkWeights, rowsOf, type RowsLike } from "../data/index.ts";
import { Variable, type Tensor } from "../tensor/index.ts";
import type { Labels } from "./compile.ts";

/**
 * Rows, their labels, and a weight for each, checked to belong together.
 *
 * They are copied when the data set is made, so that the caller's arrays are the caller's again, and take room in the
 * engine's memory from `load` on.
 */
export class Dataset {
  readonly rows: number;
  readonly #residents: Variable[] = [];
  #given?: { readonly x: Tensor; readonly y: Tensor; readonly sampleWeight?: Tensor };
  #x!: Variable;
  #y!: Variable;
  #sampleWeight?: Variable;

  /**
   * Errors: PL4005 when labels or weights have other rows than `x`, PL3004 when there are none, PL1009 for what is no data,
   * PL2016 for a weight that is negative or not finite.
   */
  constructor(x: RowsLike, y: RowsLike, sampleWeight?: RowsLike) {
    const rows = rowsOf(x, "x");
    checkSomeRows(rows);
    const belonging = (values: RowsLike, name: string): Tensor => {
      const part = rowsOf(values, name);
      checkSameRows(rows, part, name);
      return part;
    };
    const labels = belonging(y, "the labels");
    this.rows = rows.shape[0];
    this.#given = { x: rows, y: labels };
    if (sampleWeight === undefined || sampleWeight === null) return;
    const weights = belonging(sampleWeight, "the sample weights");
    checkWeights(weights);
    this.#given = { ...this.#given, sampleWeight: weights };
  }

  /** Puts the data into the engine's memory, and lets go of the copy. */
  load(): this {
    if (this.#given === undefined) return this;
    const { x, y, sampleWeight } = this.#given;
    this.#given = undefined;
    this.#x = this.keep(x);
    this.#y = this.keep(y);
    if (sampleWeight !== undefined) this.#sampleWeight = this.keep(sampleWeight);
    return this;
  }

  get x(): Variable {
    return this.#x;
  }
  get y(): Variable {
    return this.#y;
  }
  get sampleWeight(): Variable | undefined {
    return this.#sampleWeight;
  }

  /** The labels, for who checks them. */
  get labels(): Labels {
    return {
      values: this.y.dataSync(),
      shape: this.y.shape,
      ...(this.sampleWeight ? { weights: this.sampleWeight.dataSync() } : {}),
    };
  }

  /** Bytes that the data hold in the engine's memory. */
  get bytes(): number {
    return this.#residents.reduce((total, { size }) => total + 4 * size, 0);
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
