/** What a recurrent layer runs at each step. */
import type { Head } from "../../base/contract.ts";
import { unchecked } from "../../base/parameters.ts";
import { zeros, type Tensor } from "../../tensor/index.ts";
import { Layer, type CallOptions } from "../layer.ts";

/** A cell made ready for one sequence: what is drawn once and read once for all of its steps. */
export interface CellSteps {
  /** What of a step hangs on its input alone: for one step `[batch, …]`, or for all at once, `[steps, batch, …]`. */
  project(x: Tensor): readonly Tensor[];
  /** One step, from what its input gave and the states before: the output, then the states after. */
  step(projected: readonly Tensor[], states: readonly Tensor[]): readonly Tensor[];
}

const penalty = { activityRegularizer: unchecked<unknown>(undefined, "A penalty on the output") };

/**
 * One step of a recurrent layer: from the input of the step and the states, an output and the next states.
 *
 * Called on a list `[x, ...states]`, of shapes `[batch, inputs]` and `[batch, stateSize[i]]`, it gives a list
 * `[output, ...states]`. A cell of your own says its `stateSize`, makes its weights in `build`, and computes in `call`;
 * `RNN` runs it over a sequence. What it computes of the input alone can be done for all steps in one go: override
 * `begin` then.
 *
 * @example
 * class Leaky extends RNNCell {
 *   static override readonly className: string = "Leaky";
 *   readonly stateSize = [4];
 *   build([x]) { this.kernel = this.addWeight({ name: "kernel", shape: [x.at(-1), 4], initializer: "glorotUniform" }); }
 *   call([x, h]) {
 *     const next = h.mul(0.9).add(x.matmul(this.kernel).tanh().mul(0.1));
 *     return [next, next];
 *   }
 * }
 * new RNN(new Leaky()).call(ones([2, 5, 3])).shape; // [2, 4]
 */
export abstract class RNNCell extends Layer {
  static override readonly className: string = "RNNCell";
  /** The length of each state, of one row. */
  abstract readonly stateSize: readonly number[];

  /** The length of the output, of one row: that of the first state unless a cell says otherwise. */
  get outputSize(): number {
    return this.stateSize[0];
  }

  /** Nothing is known of the output of a cell of one's own. */
  override get outputHead(): Head {
    return "custom";
  }

  /** Whether there is a penalty on the output of the cell, which holds where the cell is called by itself. */
  get penalised(): boolean {
    return this.valuesOf(penalty).activityRegularizer !== undefined;
  }

  /** One step: `[x, ...states]` to `[output, ...states]`. */
  abstract override call(inputs: readonly Tensor[], options?: CallOptions): readonly Tensor[];

  /** The states before the first step of a batch: zeros unless a cell says otherwise. */
  getInitialState(batch: number): Tensor[] {
    return this.stateSize.map((size) => zeros([batch, size]));
  }

  /**
   * Makes the cell ready for the sequences of a batch. What is random within `begin` is the same at every step; a cell
   * that leaves it out runs its `call` at each step.
   */
  begin(_batch: number, options: CallOptions): CellSteps {
    return {
      project: (x) => [x],
      step: ([x], states) => this.call([x, ...states], options),
    };
  }

  /** A cell of the same options with weights of its own, for `Bidirectional`; undefined where it cannot be made. */
  again(): RNNCell | undefined {
    return undefined;
  }
}
