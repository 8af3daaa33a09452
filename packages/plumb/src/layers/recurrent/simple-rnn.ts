import type { Parameters } from "../../base/parameters.ts";
import { cellOptions } from "./dense-cell.ts";
import type { LayerSample } from "../layer.ts";
import { RNN, type RNNOptions } from "./rnn.ts";
import { SimpleRNNCell, simpleRNNCellParameters, type SimpleRNNCellOptions } from "./simple-rnn-cell.ts";

/** What `SimpleRNN` takes besides its units. */
export interface SimpleRNNOptions extends RNNOptions, SimpleRNNCellOptions {}

/**
 * A recurrent layer without gates: `hₜ = activation(xₜ · kernel + hₜ₋₁ · recurrentKernel + bias)`.
 *
 * Input `[batch, steps, features]`, or a list of it and the initial state `[batch, units]`. Output `[batch, units]` of the
 * last step, or `[batch, steps, units]` with `returnSequences`; with `returnState` a list of the output and the last state.
 * Weights: kernel `[features, units]`, recurrentKernel `[units, units]`, bias `[units]`. Masks and errors: as `RNN`. What
 * lies many steps back is hard for it to learn; `LSTM` and `GRU` are made for that. Elman, 1990.
 *
 * @example
 * new Sequential([Input({ shape: [20, 3] }), new SimpleRNN(16), new Dense(1)]);
 */
export class SimpleRNN<S extends boolean = false> extends RNN<S> {
  static override readonly className: string = "SimpleRNN";
  static override readonly byPlace: readonly string[] = ["units"];
  static override readonly parameters: Parameters = simpleRNNCellParameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { units: 3 }, inputs: [2, 4, 3] },
    { options: { units: 2, returnSequences: true, goBackwards: true, useBias: false }, inputs: [1, 1, 1] },
    { options: { units: 2, returnSequences: true, unroll: true }, inputs: [2, 3, 2] },
    {
      options: { units: 2, activation: "sigmoid", returnState: true },
      inputs: [
        [2, 3, 1],
        [2, 2],
      ],
    },
  ];
  readonly units: number;

  constructor(units: number, options: SimpleRNNOptions & { returnState?: S } = {}) {
    super(
      new SimpleRNNCell(units, cellOptions("SimpleRNN", simpleRNNCellParameters, units, options)),
      options,
    );
    this.units = units;
  }
}
