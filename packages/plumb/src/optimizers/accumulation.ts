/** Collecting gradients over several steps before one update. */
import { where, type Tensor, type Variable } from "../tensor/index.ts";
import { isMultiple, slotOf, state, type Update } from "./state.ts";

/**
 * Sums of gradients, each times its weight, and of the weights. The program of a step is the same whether it closes a
 * round or not: the update is computed and, with `where`, taken or left.
 */
export class Accumulation {
  readonly #steps: number;
  readonly #byRows: boolean;
  readonly #weight: Variable = state(new Float64Array(1), [], "accumulated_weight");
  readonly #sums = new Map<Variable, Variable>();

  constructor(steps: number, mean: "batches" | "rows") {
    this.#steps = steps;
    this.#byRows = mean === "rows";
  }

  get variables(): readonly Variable[] {
    return [this.#weight, ...this.#sums.values()];
  }

  build(variable: Variable): void {
    this.#sums.set(variable, slotOf(variable, 0, `${variable.name}_gradient_accumulator`));
  }

  /** Whether the step after `taken` steps is the last of its round: a scalar bool. */
  closes(taken: Tensor): Tensor {
    return isMultiple(taken.add(1), this.#steps);
  }

  /**
   * The mean of all gradients of the round, this step's among them, and the sums as they are after the step. `rows` is
   * the weight of this step's gradients.
   */
  collect(
    gradients: readonly Tensor[],
    variables: readonly Variable[],
    closes: Tensor,
    rows: number,
  ): { means: Tensor[]; updates: Update[] } {
    const weight = this.#byRows ? rows : 1;
    const weights = this.#weight.add(weight);
    const divisor = weights.cast("float32");
    const summed = new Map(
      variables.map((variable, i) => [
        variable,
        this.#sums.get(variable)!.add(weight === 1 ? gradients[i] : gradients[i].mul(weight)),
      ]),
    );
    const emptied = (sum: Tensor): Tensor => where(closes, 0, sum);
    return {
      means: variables.map((variable) => summed.get(variable)!.div(divisor)),
      updates: [
        // A variable without a gradient in this step begins the next round at 0 with the others.
        ...[...this.#sums].map(([variable, sum]): Update => [
          sum,
          emptied(summed.get(variable) ?? sum.read()),
        ]),
        [this.#weight, emptied(weights)],
      ],
    };
  }
}
