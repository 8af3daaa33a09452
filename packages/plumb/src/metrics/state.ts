/** Where a metric keeps what it remembers: totals in the engine's memory, or rows outside of it. */
import { PlumbError } from "../base/errors.ts";
import { sizeOf, type Shape } from "../base/shape.ts";
import { assignAll, tensor, Variable, zeros, type Tensor } from "../tensor/index.ts";
import type { MetricState } from "./record.ts";

/** What a metric has counted so far. */
export interface StateStore {
  readonly variables: readonly Variable[];
  readonly shapes: Readonly<Record<string, Shape>>;
  /** Undefined while there are no rows. */
  read(): MetricState | undefined;
  /** Adds the state of a part. */
  add(part: MetricState): void;
  reset(): void;
}

/** Totals of fixed shape in float64 variables: a step of training adds to them where they are. */
export class Totals implements StateStore {
  readonly #variables: Readonly<Record<string, Variable>>;
  readonly #merge: (a: MetricState, b: MetricState) => MetricState;

  constructor(
    name: string,
    shapes: Readonly<Record<string, Shape>>,
    merge: (a: MetricState, b: MetricState) => MetricState,
  ) {
    this.#merge = merge;
    const entries = Object.entries(shapes).map(([key, shape]): [string, Variable] => [
      key,
      new Variable(tensor(new Float64Array(sizeOf(shape)), shape), {
        name: `${name}/${key}`,
        trainable: false,
      }),
    ]);
    this.#variables = Object.fromEntries(entries);
  }

  get variables(): readonly Variable[] {
    return Object.values(this.#variables);
  }

  get shapes(): Readonly<Record<string, Shape>> {
    return Object.fromEntries(Object.entries(this.#variables).map(([key, { shape }]) => [key, shape]));
  }

  read(): MetricState {
    return Object.fromEntries(
      Object.entries(this.#variables).map(([key, variable]) => [key, variable.read()]),
    );
  }

  add(part: MetricState): void {
    const next = this.#merge(this.read(), part);
    assignAll(Object.entries(this.#variables).map(([key, variable]) => [variable, next[key]]));
  }

  reset(): void {
    if (this.variables.length > 0)
      assignAll(this.variables.map((variable) => [variable, zeros(variable.shape, "float64")]));
  }
}

/** One part of a column: rows along the first axis. */
interface Column {
  readonly data: Float64Array;
  readonly shape: Shape;
}

/** Rows as they came, in ordinary memory: float64 columns of the same names, part after part. */
export class Rows implements StateStore {
  readonly variables: readonly Variable[] = [];
  readonly #name: string;
  #parts: Readonly<Record<string, Column>>[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  /** Of one row of each column. */
  get shapes(): Readonly<Record<string, Shape>> {
    return Object.fromEntries(
      Object.entries(this.#parts[0] ?? {}).map(([key, { shape }]) => [key, shape.slice(1)]),
    );
  }

  read(): MetricState | undefined {
    if (this.#parts.length === 0) return undefined;
    this.#parts = [joined(this.#parts)];
    return Object.fromEntries(
      Object.entries(this.#parts[0]).map(([key, { data, shape }]) => [key, tensor(data, shape)]),
    );
  }

  add(part: MetricState): void {
    this.#parts.push(
      Object.fromEntries(
        Object.entries(part).map(([key, column]): [string, Column] => [
          key,
          { data: this.#valuesOf(column.cast("float64")), shape: column.shape },
        ]),
      ),
    );
  }

  reset(): void {
    this.#parts = [];
  }

  #valuesOf(column: Tensor): Float64Array {
    try {
      return column.dataSync() as Float64Array;
    } catch (error) {
      // What is being recorded has no value yet: this is a function given to `compile`.
      throw error instanceof PlumbError && error.code === "PL1007" ? keepsRows(this.#name) : error;
    }
  }
}

/** The error of a metric of rows where only totals can go. */
export const keepsRows = (name: string): PlumbError =>
  new PlumbError("PL2018", {
    asked: `${name} was to be followed inside a compiled step`,
    why: "Its exact value needs every row at once; a compiled step keeps totals of a fixed size",
    fix: "Give it predictions instead: metric.updateState(y, await model.predict(x)). While training, AUC follows both curves by thresholds",
  });

function joined(parts: readonly Readonly<Record<string, Column>>[]): Readonly<Record<string, Column>> {
  if (parts.length === 1) return parts[0];
  return Object.fromEntries(
    Object.entries(parts[0]).map(([key, { shape }]) => {
      const columns = parts.map((part) => part[key]);
      const data = new Float64Array(columns.reduce((sum, column) => sum + column.data.length, 0));
      let at = 0;
      for (const column of columns) {
        data.set(column.data, at);
        at += column.data.length;
      }
      const rows = columns.reduce((sum, column) => sum + column.shape[0], 0);
      return [key, { data, shape: [rows, ...shape.slice(1)] }];
    }),
  );
}
