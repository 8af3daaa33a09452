/** Running means of variables, which often do better than the variables themselves. Polyak and Juditsky, 1992. */
import { assignAll, where, type Tensor, type Variable } from "../tensor/index.ts";
import { isMultiple, slotOf, type Update } from "./state.ts";

export class Averages {
  readonly #momentum: number;
  readonly #overwriteFrequency: number | undefined;
  readonly #means = new Map<Variable, Variable>();

  constructor(momentum: number, overwriteFrequency: number | undefined) {
    this.#momentum = momentum;
    this.#overwriteFrequency = overwriteFrequency;
  }

  get variables(): readonly Variable[] {
    return [...this.#means.values()];
  }

  build(variable: Variable): void {
    this.#means.set(variable, slotOf(variable, 0, `${variable.name}_average`));
  }

  /**
   * The means after a step, m̄ ← μ m̄ + (1 − μ) w, and the variables, which take them where it is time. `values` are the
   * variables after their update, `updatesBefore` the number of updates before it, at the first of which the mean is the value.
   */
  follow(
    values: ReadonlyMap<Variable, Tensor>,
    updatesBefore: Tensor,
  ): { values: Map<Variable, Tensor>; updates: Update[] } {
    const momentum = where(updatesBefore.equal(0), 0, this.#momentum);
    const overwrite = this.#overwriteFrequency && isMultiple(updatesBefore.add(1), this.#overwriteFrequency);
    const taken = new Map<Variable, Tensor>();
    const updates = [...this.#means].map(([variable, mean]): Update => {
      const value = values.get(variable) ?? variable.read();
      const next = mean.mul(momentum).add(value.mul(momentum.neg().add(1)));
      if (overwrite) taken.set(variable, where(overwrite, next, value));
      else if (values.has(variable)) taken.set(variable, value);
      return [mean, next];
    });
    return { values: taken, updates };
  }

  /** Gives the variables their means. */
  overwrite(variables: readonly Variable[]): void {
    assignAll(this.#known(variables).map(([variable, mean]) => [variable, mean.read()]));
  }

  /** Gives the variables their means, and keeps their values in the place of these. */
  swap(variables: readonly Variable[]): void {
    assignAll(
      this.#known(variables).flatMap(([variable, mean]): Update[] => [
        [variable, mean.read()],
        [mean, variable.read()],
      ]),
    );
  }

  #known(variables: readonly Variable[]): (readonly [Variable, Variable])[] {
    return variables.flatMap((variable) => {
      const mean = this.#means.get(variable);
      return mean === undefined ? [] : [[variable, mean] as const];
    });
  }
}
