import { flag, integer, real, unchecked, type Parameter, type Parameters } from "../../base/parameters.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { centred } from "../../numerics/index.ts";
import { assignAll, type Tensor, type Variable } from "../../tensor/index.ts";
import {
  AffineNormalization,
  affineParameters,
  type AffineNormalizationOptions,
} from "./affine-normalization.ts";
import { along, axesOf, maskOver } from "../axes.ts";
import type { CallOptions, LayerSample } from "../layer.ts";
import { axesNeeded } from "./normalized-axes.ts";
import type { BatchShape } from "../shapes.ts";

/** Bounds of the corrections of batch renormalization; what is left out is without bound. */
export interface RenormClipping {
  /** The least scale correction. */
  readonly rmin?: number;
  /** The largest scale correction. */
  readonly rmax?: number;
  /** The largest correction of the mean, to either side. */
  readonly dmax?: number;
}

/** What `BatchNormalization` takes. */
export interface BatchNormalizationOptions extends AffineNormalizationOptions {
  /** The axis of the features, each of which is normalized by itself. Default −1. */
  axis?: number;
  /** How much of the moving statistics stays at each step. Default 0.99. */
  momentum?: number;
  /** First values of the moving mean. Default `"zeros"`. */
  movingMeanInitializer?: InitializerLike;
  /** First values of the moving variance. Default `"ones"`. */
  movingVarianceInitializer?: InitializerLike;
  /** Batch renormalization: while training, correct the batch's statistics towards slowly moving ones. Default false. */
  renorm?: boolean;
  /** Bounds of its corrections. Default none. */
  renormClipping?: RenormClipping | null;
  /** How much of its own moving statistics stays at each step. Default 0.99. */
  renormMomentum?: number;
}

const bounds = ["rmin", "rmax", "dmax"] as const;
const isBound = (value: unknown): boolean => typeof value === "number" && value >= 0;

const clipping: Parameter<RenormClipping, RenormClipping | null> = {
  default: {},
  doc: "Bounds of the corrections of batch renormalization",
  accepts: (value) =>
    value === null ||
    (typeof value === "object" &&
      Object.entries(value as object).every(
        ([key, bound]) => bounds.some((one) => one === key) && isBound(bound),
      ) &&
      ((value as RenormClipping).rmin ?? 0) <= ((value as RenormClipping).rmax ?? Infinity)),
  read: (value) => value ?? {},
  words: "an object of rmin, rmax and dmax, none negative and rmin not above rmax",
};

const parameters = {
  ...affineParameters,
  axis: integer(-1, "The axis of the features"),
  momentum: real(0.99, "How much of the moving statistics stays at each step", { min: 0, max: 1 }),
  movingMeanInitializer: unchecked<InitializerLike>("zeros", "First values of the moving mean"),
  movingVarianceInitializer: unchecked<InitializerLike>("ones", "First values of the moving variance"),
  renorm: flag(false, "Correct the batch's statistics towards slowly moving ones"),
  renormClipping: clipping,
  renormMomentum: real(0.99, "How much of its own moving statistics stays at each step", { min: 0, max: 1 }),
};

/** The state of batch renormalization. */
interface SlowStatistics {
  readonly movingStddev: Variable;
  readonly mean: Variable;
  readonly stddev: Variable;
}

/**
 * Brings each feature to mean 0 and variance 1, then scales and offsets it by what is learned:
 * `gamma · (x − mean) / √(variance + ε) + beta`. Output has the shape of the input.
 *
 * In training, mean and (biased) variance are those of the batch, over all axes but `axis`; a mask (of the first axes of
 * the input) says which steps count. Each such step moves the moving statistics,
 * `moving ← momentum · moving + (1 − momentum) · batch`, which stand in for them otherwise: outside training, and in
 * a layer that is not `trainable`, whose statistics stay as they are. They begin at mean 0 and variance 1 and come near
 * those of the data after some multiples of 1 / (1 − momentum) steps, 100 for the default: in a short training
 * predictions and validation lag behind what the training logs show. With few steps in all, take `momentum: 0.9` or
 * train for more epochs.
 *
 * With `renorm` the normalized values become `r · x̂ + d` in training, with r and d such that the statistics are the slowly
 * moving ones, within `renormClipping` (Ioffe, 2017); no gradient runs through them.
 *
 * Weights: `gamma`, `beta`, then `moving_mean`, `moving_variance` (and with renorm `moving_stddev`, `renorm_mean`,
 * `renorm_stddev`), which no optimizer touches; each `[features]`. Errors: PL4004 for an option that is none; PL4006 for an
 * input without that axis, or with a number of features that is not known or not that which the layer was built for.
 * Ioffe and Szegedy, 2015; Keras's layer of the same name.
 *
 * @example
 * new Sequential([new Dense(64, { useBias: false }), new BatchNormalization(), new ReLU(), new Dense(1)]);
 */
export class BatchNormalization extends AffineNormalization {
  static override readonly className: string = "BatchNormalization";
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { inputs: [4, 3] },
    { inputs: [4, 3], call: { training: true } },
    { options: { momentum: 0.5 }, inputs: [2, 3, 1, 2], call: { training: true } },
    { options: { axis: 1, scale: false }, inputs: [3, 4, 2], call: { training: true } },
    { options: { center: false, epsilon: 0.1 }, inputs: [1, 3, 3], call: { training: true } },
    { options: { renorm: true }, inputs: [4, 3] },
    {
      options: { renorm: true, renormClipping: { rmin: 0.5, rmax: 2, dmax: 1 } },
      inputs: [4, 2],
      call: { training: true },
      // The corrections move with the input, and are meant not to be differentiated.
      differentiable: false,
    },
  ];
  readonly axis: number;
  readonly momentum: number;
  readonly renorm: boolean;
  #movingMean!: Variable;
  #movingVariance!: Variable;
  #slow?: SlowStatistics;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    const { axis, momentum, renorm } = this.valuesOf(parameters);
    this.axis = axis;
    this.momentum = momentum;
    this.renorm = renorm;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    return axesNeeded(this.axis, inputShape, this.inputShape as BatchShape | undefined);
  }

  override build(inputShape: BatchShape): void {
    const { movingMeanInitializer, movingVarianceInitializer } = this.valuesOf(parameters);
    const shape = [inputShape.at(this.axis) as number];
    this.addAffine(shape);
    const statistic = (name: string, initializer: InitializerLike): Variable =>
      this.addWeight({ name, shape, initializer, trainable: false });
    this.#movingMean = statistic("moving_mean", movingMeanInitializer);
    this.#movingVariance = statistic("moving_variance", movingVarianceInitializer);
    if (!this.renorm) return;
    const root = (): Tensor => this.#movingVariance.read().sqrt();
    this.#slow = {
      movingStddev: statistic("moving_stddev", root),
      mean: statistic("renorm_mean", () => this.#movingMean.read()),
      stddev: statistic("renorm_stddev", root),
    };
  }

  override call(x: Tensor, { training = false, mask }: CallOptions = {}): Tensor {
    const [feature] = axesOf(this.axis, x.rank) ?? [];
    const shape = along(x.shape, [feature]);
    if (!training || !this.trainable) {
      const inverse = this.#movingVariance.read().add(this.epsilon).rsqrt();
      return this.affine(x.sub(this.#movingMean.read().reshape(shape)), inverse.reshape(shape), shape);
    }
    const others = [...x.shape.keys()].filter((axis) => axis !== feature);
    const counts = mask === undefined ? undefined : maskOver(mask as Tensor, x);
    const { mean, variance, centred: values } = centred(x, others, counts);
    const inverse = variance.add(this.epsilon).rsqrt();
    const [batchMean, batchVariance] = [mean, variance].map((one) => one.reshape(this.#movingMean.shape));
    if (this.#slow === undefined) {
      assignAll(() => [
        [this.#movingMean, moved(this.#movingMean, batchMean, this.momentum)],
        [this.#movingVariance, moved(this.#movingVariance, batchVariance, this.momentum)],
      ]);
      return this.affine(values, inverse, shape);
    }
    const stddev = batchVariance.add(this.epsilon).sqrt();
    const { r, d } = this.#corrections(this.#slow, batchMean, stddev);
    const output = this.affine(values, inverse.mul(r.reshape(shape)), shape, d.reshape(shape));
    this.#moveAll(this.#slow, batchMean, stddev);
    return output;
  }

  /** What brings the batch's statistics to the slowly moving ones: normalized values become r · x̂ + d. */
  #corrections(
    slow: SlowStatistics,
    mean: Tensor,
    stddev: Tensor,
  ): { readonly r: Tensor; readonly d: Tensor } {
    const { rmin = 0, rmax = Infinity, dmax = Infinity } = this.valuesOf(parameters).renormClipping;
    // At the beginning of training the moving deviation may be 0.
    const divisor = slow.stddev.read().maximum(Math.sqrt(this.epsilon));
    const r = stddev.div(divisor).clip(rmin, rmax);
    const d = mean.sub(slow.mean.read()).div(divisor).clip(-dmax, dmax);
    return { r: r.stopGradient(), d: d.stopGradient() };
  }

  #moveAll(slow: SlowStatistics, mean: Tensor, stddev: Tensor): void {
    const { renormMomentum } = this.valuesOf(parameters);
    assignAll(() => {
      const movingStddev = moved(slow.movingStddev, stddev, this.momentum);
      return [
        [this.#movingMean, moved(this.#movingMean, mean, this.momentum)],
        [slow.movingStddev, movingStddev],
        [this.#movingVariance, movingStddev.square().sub(this.epsilon).maximum(0)],
        [slow.mean, moved(slow.mean, mean, renormMomentum)],
        [slow.stddev, moved(slow.stddev, stddev, renormMomentum)],
      ];
    });
  }
}

/** A moving average after one more value. */
const moved = (moving: Variable, value: Tensor, momentum: number): Tensor =>
  moving
    .read()
    .mul(momentum)
    .add(value.mul(1 - momentum));
