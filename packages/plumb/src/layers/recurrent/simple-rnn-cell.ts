import type { Head } from "../../base/contract.ts";
import type { Parameters } from "../../base/parameters.ts";
import { activations, type Activation } from "../../numerics/index.ts";
import type { Tensor } from "../../tensor/index.ts";
import { DenseCell, denseCellParameters, type DenseCellOptions, type Recurrent } from "./dense-cell.ts";
import type { LayerSample } from "../layer.ts";

/** What `SimpleRNNCell` takes besides its units. */
export type SimpleRNNCellOptions = DenseCellOptions;

export const simpleRNNCellParameters = denseCellParameters;

/**
 * One step of `SimpleRNN`: `h′ = activation(x · kernel + h · recurrentKernel + bias)`, which is output and next state.
 *
 * Takes `[x, h]` of shapes `[batch, inputs]` and `[batch, units]`, gives `[h′, h′]`. Weights: kernel `[inputs, units]`,
 * recurrentKernel `[units, units]`, bias `[units]`. Errors: PL4004 for options, PL4006 for other shapes. Elman, 1990.
 *
 * @example
 * const [output] = new SimpleRNNCell(4).call([ones([2, 3]), zeros([2, 4])]);
 * output.shape; // [2, 4]
 */
export class SimpleRNNCell extends DenseCell {
  static override readonly className: string = "SimpleRNNCell";
  static override readonly parameters: Parameters = simpleRNNCellParameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { units: 3 },
      inputs: [
        [2, 4],
        [2, 3],
      ],
    },
    {
      options: { units: 1, useBias: false, activation: "sigmoid" },
      inputs: [
        [1, 1],
        [1, 1],
      ],
    },
  ];
  protected override readonly gates = 1;
  readonly #activation: Activation;

  constructor(units: number, options: SimpleRNNCellOptions = {}) {
    super(units, options);
    this.#activation = activations.get(this.valuesOf(simpleRNNCellParameters).activation);
  }

  override get stateSize(): readonly number[] {
    return [this.units];
  }

  override get outputHead(): Head {
    return this.#activation.head;
  }

  protected override next(
    sums: Tensor,
    [h]: readonly Tensor[],
    { kernel, seen }: Recurrent,
  ): readonly Tensor[] {
    const output = this.#activation.call(sums.add(seen(h).matmul(kernel)));
    return [output, output];
  }
}
