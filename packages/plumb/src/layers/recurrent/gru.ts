import type { Parameters } from "../../base/parameters.ts";
import { cellOptions } from "./dense-cell.ts";
import { GRUCell, gruCellParameters, type GRUCellOptions } from "./gru-cell.ts";
import type { LayerSample } from "../layer.ts";
import { RNN, type RNNOptions } from "./rnn.ts";

/** What `GRU` takes besides its units. */
export interface GRUOptions extends RNNOptions, GRUCellOptions {}

/**
 * Gated recurrent unit: a recurrent layer whose update gate z mixes the state with a candidate, which a reset gate r lets
 * see more or less of the state: `hₜ = z hₜ₋₁ + (1 − z) candidate`. The formulas are those of `GRUCell`.
 *
 * Input `[batch, steps, features]`, or a list of it and the initial state `[batch, units]`. Output `[batch, units]` of the
 * last step, or `[batch, steps, units]` with `returnSequences`; with `returnState` a list of the output and the last state.
 * Weights: kernel `[features, 3 units]`, recurrentKernel `[units, 3 units]`, bias `[2, 3 units]`, or `[3 units]` with
 * `resetAfter: false`. Masks and errors: as `RNN`. Cho and others, 2014.
 *
 * @example
 * new Sequential([Input({ shape: [20, 3] }), new GRU(32), new Dense(1)]);
 */
export class GRU<S extends boolean = false> extends RNN<S> {
  static override readonly className: string = "GRU";
  static override readonly byPlace: readonly string[] = ["units"];
  static override readonly parameters: Parameters = gruCellParameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { units: 3 }, inputs: [2, 4, 3] },
    { options: { units: 2, returnSequences: true, resetAfter: false, goBackwards: true }, inputs: [1, 1, 1] },
    {
      options: { units: 1, returnSequences: true, returnState: true, useBias: false },
      inputs: [
        [2, 3, 2],
        [2, 1],
      ],
    },
  ];
  readonly units: number;

  constructor(units: number, options: GRUOptions & { returnState?: S } = {}) {
    super(new GRUCell(units, cellOptions("GRU", gruCellParameters, units, options)), options);
    this.units = units;
  }
}
