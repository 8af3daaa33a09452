import type { Head } from "../../base/contract.ts";
import { flag, unchecked, type Parameters } from "../../base/parameters.ts";
import type { Shape } from "../../base/shape.ts";
import { activations, type Activation, type ActivationLike } from "../../numerics/index.ts";
import { scalar, split, type Tensor } from "../../tensor/index.ts";
import {
  DenseCell,
  denseCellParameters,
  gatedHead,
  type DenseCellOptions,
  type Recurrent,
} from "./dense-cell.ts";
import type { LayerSample } from "../layer.ts";

/** What `GRUCell` takes besides its units. */
export interface GRUCellOptions extends DenseCellOptions {
  /** Applied to the sums of the gates. Default `"sigmoid"`. */
  recurrentActivation?: ActivationLike;
  /** Whether the reset gate works on the state after its product with the weights, or before it. Default true. */
  resetAfter?: boolean;
}

export const gruCellParameters = {
  ...denseCellParameters,
  recurrentActivation: unchecked<ActivationLike>("sigmoid", "Applied to the sums of the gates"),
  resetAfter: flag(true, "Whether the reset gate works on the state after its product with the weights"),
};

/**
 * One step of `GRU`. With kernel, recurrentKernel and bias cut into W, U and b of the gates z, r and the candidate, σ the
 * recurrent activation and φ the activation:
 *
 *     z = σ(x Wz + h Uz + bz),  r = σ(x Wr + h Ur + br)
 *     candidate = φ(x Wc + bc + r (h Uc + b′c))   resetAfter: true; each product with h has a bias b′ of its own
 *     candidate = φ(x Wc + bc + (r h) Uc)         resetAfter: false
 *     h′ = z h + (1 − z) candidate
 *
 * Takes `[x, h]` of shapes `[batch, inputs]` and `[batch, units]`, gives `[h′, h′]`. Weights: kernel
 * `[inputs, 3 units]`, recurrentKernel `[units, 3 units]`, bias `[2, 3 units]` (that of the inputs, then that of the
 * state), or `[3 units]` without `resetAfter`. Errors: PL4004 for options, PL4006 for other shapes. Cho and others, 2014.
 *
 * @example
 * const [output] = new GRUCell(4).call([ones([2, 3]), zeros([2, 4])]);
 * output.shape; // [2, 4]
 */
export class GRUCell extends DenseCell {
  static override readonly className: string = "GRUCell";
  static override readonly parameters: Parameters = gruCellParameters;
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { units: 3 },
      inputs: [
        [2, 4],
        [2, 3],
      ],
    },
    {
      options: { units: 2, resetAfter: false },
      inputs: [
        [1, 1],
        [1, 2],
      ],
    },
    {
      options: { units: 1, useBias: false },
      inputs: [
        [2, 3],
        [2, 1],
      ],
    },
  ];
  protected override readonly gates = 3;
  readonly #activation: Activation;
  readonly #recurrentActivation: Activation;
  readonly #resetAfter: boolean;

  constructor(units: number, options: GRUCellOptions = {}) {
    super(units, options);
    const values = this.valuesOf(gruCellParameters);
    this.#activation = activations.get(values.activation);
    this.#recurrentActivation = activations.get(values.recurrentActivation);
    this.#resetAfter = values.resetAfter;
  }

  override get stateSize(): readonly number[] {
    return [this.units];
  }

  override get outputHead(): Head {
    return gatedHead(this.#activation);
  }

  protected override get biasShape(): Shape {
    return this.#resetAfter ? [2, ...super.biasShape] : super.biasShape;
  }

  protected override biases(bias: Tensor): readonly Tensor[] {
    return this.#resetAfter ? split(bias, 2).map((row) => row.squeeze(0)) : [bias];
  }

  protected override next(
    sums: Tensor,
    [h]: readonly Tensor[],
    { kernel, bias, seen }: Recurrent,
  ): readonly Tensor[] {
    const gate = this.#recurrentActivation;
    const before = seen(h);
    const [xz, xr, xc] = split(sums, 3, 1);
    let z: Tensor;
    let fromState: Tensor;
    if (this.#resetAfter) {
      const product = before.matmul(kernel);
      const [hz, hr, hc] = split(bias === undefined ? product : product.add(bias), 3, 1);
      z = gate.call(xz.add(hz));
      fromState = gate.call(xr.add(hr)).mul(hc);
    } else {
      const { units } = this;
      const [gates, ofCandidate] = split(kernel, [2 * units, units], 1);
      const [hz, hr] = split(before.matmul(gates), 2, 1);
      z = gate.call(xz.add(hz));
      fromState = gate.call(xr.add(hr)).mul(before).matmul(ofCandidate);
    }
    const candidate = this.#activation.call(xc.add(fromState));
    const output = z.mul(h).add(scalar(1).sub(z).mul(candidate));
    return [output, output];
  }
}
