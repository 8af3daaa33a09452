import type { Head } from "../../base/contract.ts";
import { flag, unchecked, type Parameters } from "../../base/parameters.ts";
import { initializers, type InitializerLike } from "../../initializers/index.ts";
import { activations, type Activation, type ActivationLike } from "../../numerics/index.ts";
import { concat, ones, split, type Tensor } from "../../tensor/index.ts";
import {
  DenseCell,
  denseCellParameters,
  gatedHead,
  type DenseCellOptions,
  type Recurrent,
} from "./dense-cell.ts";
import type { LayerSample } from "../layer.ts";

/** What `LSTMCell` takes besides its units. */
export interface LSTMCellOptions extends DenseCellOptions {
  /** Applied to the sums of the gates. Default `"sigmoid"`. */
  recurrentActivation?: ActivationLike;
  /** Begin with a bias of 1 at the forget gate, so that the carry is kept at first. Default true. */
  unitForgetBias?: boolean;
}

export const lstmCellParameters = {
  ...denseCellParameters,
  recurrentActivation: unchecked<ActivationLike>("sigmoid", "Applied to the sums of the gates"),
  unitForgetBias: flag(true, "Begin with a bias of 1 at the forget gate"),
};

/**
 * One step of `LSTM`. With `[i, f, g, o] = x · kernel + h · recurrentKernel + bias`, cut into four along the last axis, σ
 * the recurrent activation and φ the activation: the carry `c′ = σ(f) c + σ(i) φ(g)`, the output `h′ = σ(o) φ(c′)`.
 *
 * Takes `[x, h, c]` of shapes `[batch, inputs]`, `[batch, units]` and `[batch, units]`, gives `[h′, h′, c′]`. Weights:
 * kernel `[inputs, 4 units]`, recurrentKernel `[units, 4 units]`, bias `[4 units]`, in the order of the gates above.
 * Errors: PL4004 for options, PL4006 for other shapes. Hochreiter and Schmidhuber, 1997; the forget gate is that of Gers
 * and others, 2000, its first bias that of Jozefowicz and others, 2015.
 *
 * @example
 * const [output, h, c] = new LSTMCell(4).call([ones([2, 3]), zeros([2, 4]), zeros([2, 4])]);
 * c.shape; // [2, 4]
 */
export class LSTMCell extends DenseCell {
  static override readonly className: string = "LSTMCell";
  static override readonly parameters: Parameters = lstmCellParameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { units: 3 },
      inputs: [
        [2, 4],
        [2, 3],
        [2, 3],
      ],
    },
    {
      options: { units: 1, useBias: false },
      inputs: [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
    },
  ];
  protected override readonly gates = 4;
  readonly #activation: Activation;
  readonly #recurrentActivation: Activation;

  constructor(units: number, options: LSTMCellOptions = {}) {
    super(units, options);
    const values = this.valuesOf(lstmCellParameters);
    this.#activation = activations.get(values.activation);
    this.#recurrentActivation = activations.get(values.recurrentActivation);
  }

  override get stateSize(): readonly number[] {
    return [this.units, this.units];
  }

  override get outputHead(): Head {
    return gatedHead(this.#activation);
  }

  protected override get biasInitializer(): InitializerLike {
    const { units } = this;
    const start = initializers.get(super.biasInitializer);
    return this.valuesOf(lstmCellParameters).unitForgetBias
      ? () => concat([start.call([units]), ones([units]), start.call([2 * units])])
      : start;
  }

  protected override next(
    sums: Tensor,
    [h, c]: readonly Tensor[],
    { kernel, seen }: Recurrent,
  ): readonly Tensor[] {
    const gate = this.#recurrentActivation;
    const [i, f, g, o] = split(sums.add(seen(h).matmul(kernel)), 4, 1);
    const carry = gate
      .call(f)
      .mul(c)
      .add(gate.call(i).mul(this.#activation.call(g)));
    const output = gate.call(o).mul(this.#activation.call(carry));
    return [output, output, carry];
  }
}
