/** Data as the steps of a model read them: whole, in the engine's memory, from which each step gathers its rows. */
import { checkSameRows, checkSomeRows, rowsOf, type RowsLike } from "../data/index.ts";
import { Variable, type Tensor } from "../tensor/index.ts";
import type { Labels } from "./compile.ts";

/** Rows, their labels, and a weight for each, checked to belong together. Predictions need rows only. */
export class Dataset {
  readonly rows: number;
  readonly x: Variable;
  readonly y?: Variable;
  readonly sampleWeight?: Variable;
  readonly #residents: Variable[] = [];

  /** Errors: PL4005 when labels or weights have other rows than `x`, PL3004 when there are none. */
  constructor(x: RowsLike, y?: RowsLike, sampleWeight?: RowsLike) {
    const inputs = rowsOf(x, "x");
    checkSomeRows(inputs);
    this.rows = inputs.shape[0];
    const belonging = (values: RowsLike, name: string): Variable => {
      const rows = rowsOf(values, name);
      checkSameRows(inputs, rows, name);
      return this.keep(rows);
    };
    this.x = this.keep(inputs);
    if (y !== undefined) this.y = belonging(y, "the labels");
    if (sampleWeight !== undefined) this.sampleWeight = belonging(sampleWeight, "the sample weights");
  }

  /** The labels, for who checks them. */
  get labels(): Labels {
    return {
      values: this.y!.dataSync(),
      shape: this.y!.shape,
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
