import { PlumbError } from "../../base/errors.ts";
import { integer, showValue, type Parameters } from "../../base/parameters.ts";
import { TruncatedNormal } from "../../initializers/index.ts";
import { assignAll, type Tensor, type Variable } from "../../tensor/index.ts";
import { Conv2D } from "../convolution/conv2d.ts";
import { Dense } from "../core/dense.ts";
import {
  Layer,
  type CallOptions,
  type Inputs,
  type LayerOptions,
  type LayerSample,
  type Masks,
  type OutputOf,
} from "../layer.ts";
import type { InputShape } from "../shapes.ts";
import { unitLength } from "./unit-normalization.ts";

/** What `SpectralNormalization` takes besides its layer. */
export interface SpectralNormalizationOptions extends LayerOptions {
  /** Rounds of the power iteration at each step. Default 1. */
  powerIterations?: number;
}

const parameters = {
  powerIterations: integer(1, "Rounds of the power iteration at each step", { min: 1 }),
};

/**
 * A layer whose kernel is divided by its largest singular value, so that it stretches no input by more than 1. Used on the
 * critics of generative models.
 *
 * At each training step the kernel, seen as a matrix W of `[…, outputs]`, becomes W / σ, where σ = v W uᵀ is estimated by
 * the power iteration v ← u Wᵀ / |u Wᵀ|, u ← v W / |v W|; no gradient runs through that. Outside training, and where it is
 * not trainable, it is the layer inside. Inputs and outputs are those of the layer.
 *
 * Weights: `vector_u`, `[1, outputs]`, which no optimizer touches, then those of the layer. Errors: PL4004 for what is no
 * layer, or one without a kernel or embeddings; those of the layer. Miyato et al., 2018; Keras's layer of the same name.
 *
 * @example
 * const layer = new SpectralNormalization(new Dense(4));
 * layer.call(ones([2, 3]), { training: true }).shape; // [2, 4]
 */
export class SpectralNormalization<L extends Layer = Layer> extends Layer {
  static override readonly className: string = "SpectralNormalization";
  static override readonly byPlace: readonly string[] = ["layer"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { layer: new Dense(2, { activation: "tanh" }) }, inputs: [2, 3] },
    { options: { layer: new Conv2D(2, 3) }, inputs: [1, 4, 3, 1] },
  ];
  readonly layer: L;
  readonly powerIterations: number;
  #kernel!: Variable;
  #u!: Variable;

  constructor(layer: L, options: SpectralNormalizationOptions = {}) {
    super(options);
    if (!(layer instanceof Layer))
      throw new PlumbError("PL4004", {
        asked: `SpectralNormalization was given ${showValue(layer)} as its layer`,
        why: "It normalizes the kernel of one layer, made with new",
        fix: "Write for example new SpectralNormalization(new Dense(10))",
      });
    this.layer = layer;
    this.powerIterations = this.valuesOf(parameters).powerIterations;
  }

  override build(inputShape: InputShape): void {
    this.layer.ensureBuilt(inputShape);
    const kernel = this.layer.weights.find(({ name }) => /(^|\/)(kernel|embeddings)$/.test(name));
    if (kernel === undefined)
      throw new PlumbError("PL4004", {
        asked: `SpectralNormalization was given the ${this.layer.className} layer "${this.layer.name}"`,
        why: "It normalizes the weight called kernel or embeddings, and this layer has none",
        fix: "Wrap the Dense, convolution or Embedding layer itself",
      });
    this.#kernel = kernel;
    this.#u = this.addWeight({
      name: "vector_u",
      shape: [1, kernel.shape[kernel.rank - 1]],
      initializer: new TruncatedNormal({ stddev: 0.02 }),
      trainable: false,
    });
  }

  override get callOptionNames(): readonly string[] {
    return this.layer.callOptionNames;
  }

  override get takesList(): boolean | undefined {
    return this.layer.takesList;
  }

  override get supportsMasking(): boolean {
    return this.layer.supportsMasking;
  }

  override computeMask(inputs: Inputs, mask: Masks): Masks {
    return this.layer.computeMask(inputs, mask);
  }

  override call(inputs: Inputs, options: CallOptions = {}): OutputOf<L> {
    if (options.training && this.trainable) this.#normalizeKernel();
    return this.layer.call(inputs, options) as OutputOf<L>;
  }

  #normalizeKernel(): void {
    assignAll(() => {
      const kernel = this.#kernel.read();
      const rows = kernel.reshape([-1, kernel.shape[kernel.rank - 1]]);
      let u: Tensor = this.#u.read();
      let stretched = u;
      for (let i = 0; i < this.powerIterations; i++) {
        const v = unitLength(u.matmul(rows.transpose()), [0, 1]);
        stretched = v.matmul(rows);
        u = unitLength(stretched, [0, 1]);
      }
      const sigma = stretched.mul(u).sum();
      return [
        [this.#u, u],
        [this.#kernel, kernel.div(sigma)],
      ];
    });
  }
}
