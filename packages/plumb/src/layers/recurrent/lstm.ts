import type { Parameters } from "../../base/parameters.ts";
import { tensor } from "../../tensor/index.ts";
import { cellOptions } from "./dense-cell.ts";
import type { LayerSample } from "../layer.ts";
import { LSTMCell, lstmCellParameters, type LSTMCellOptions } from "./lstm-cell.ts";
import { RNN, type RNNOptions } from "./rnn.ts";

/** What `LSTM` takes besides its units. */
export interface LSTMOptions extends RNNOptions, LSTMCellOptions {}

/**
 * Long short-term memory: a recurrent layer with a carry beside its output, to which gates add and from which they take.
 * With `[i, f, g, o] = xₜ · kernel + hₜ₋₁ · recurrentKernel + bias`, cut into four, σ the recurrent activation and φ the
 * activation: `cₜ = σ(f) cₜ₋₁ + σ(i) φ(g)`, `hₜ = σ(o) φ(cₜ)`.
 *
 * Input `[batch, steps, features]`, or a list of it and the initial states h and c, each `[batch, units]`. Output
 * `[batch, units]` of the last step, or `[batch, steps, units]` with `returnSequences`; with `returnState` a list of the
 * output, the last h and the last c. Weights: kernel `[features, 4 units]`, recurrentKernel `[units, 4 units]`, bias
 * `[4 units]`. Masks and errors: as `RNN`. Hochreiter and Schmidhuber, 1997; see `LSTMCell`.
 *
 * @example
 * new Sequential([Input({ shape: [20, 3] }), new LSTM(32), new Dense(1)]);
 */
export class LSTM<S extends boolean = false> extends RNN<S> {
  static override readonly className: string = "LSTM";
  static override readonly byPlace: readonly string[] = ["units"];
  static override readonly parameters: Parameters = lstmCellParameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { units: 3 }, inputs: [2, 4, 3] },
    { options: { units: 2, returnSequences: true, goBackwards: true }, inputs: [1, 1, 1] },
    {
      options: { units: 2, returnSequences: true, returnState: true },
      inputs: [2, 3, 2],
      call: {
        mask: tensor([
          [true, false, true],
          [false, true, false],
        ]),
      },
    },
    {
      options: { units: 1, returnSequences: true, returnState: true },
      inputs: [
        [2, 3, 2],
        [2, 1],
        [2, 1],
      ],
    },
  ];
  readonly units: number;

  constructor(units: number, options: LSTMOptions & { returnState?: S } = {}) {
    super(new LSTMCell(units, cellOptions("LSTM", lstmCellParameters, units, options)), options);
    this.units = units;
  }
}
