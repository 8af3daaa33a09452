/** The cells whose sums are those of dense layers: weights, dropout, and the product with the inputs of all steps. */
import type { Head } from "../../base/contract.ts";
import {
  flag,
  integer,
  real,
  required,
  resolve,
  unchecked,
  type Parameter,
  type Parameters,
} from "../../base/parameters.ts";
import type { SeedGenerator } from "../../base/seed.ts";
import { sizeOf, type Shape } from "../../base/shape.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import type { Activation, ActivationLike } from "../../numerics/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import { random, where, type Tensor, type Variable } from "../../tensor/index.ts";
import type { CallOptions, LayerOptions } from "../layer.ts";
import { seedOption, type SeedLike } from "../regularization/noise.ts";
import { RNNCell, type CellSteps } from "./rnn-cell.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";

/** What `SimpleRNN`, `LSTM`, `GRU` and their cells have in common besides their units. */
export interface DenseCellOptions extends LayerOptions {
  /** Applied to the new values. Default `"tanh"`. */
  activation?: ActivationLike;
  /** Add learned constants to the sums. Default true. */
  useBias?: boolean;
  /** First values of the weights of the inputs. Default `"glorotUniform"`. */
  kernelInitializer?: InitializerLike;
  /** First values of the weights of the state. Default `"orthogonal"`. */
  recurrentInitializer?: InitializerLike;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerLike;
  /** A penalty on the weights of the inputs. Default none. */
  kernelRegularizer?: RegularizerLike;
  /** A penalty on the weights of the state. Default none. */
  recurrentRegularizer?: RegularizerLike;
  /** A penalty on the bias. Default none. */
  biasRegularizer?: RegularizerLike;
  /** What the weights of the inputs are brought back to after every update. Default none. */
  kernelConstraint?: ConstraintLike;
  /** What the weights of the state are brought back to after every update. Default none. */
  recurrentConstraint?: ConstraintLike;
  /** What the bias is brought back to after every update. Default none. */
  biasConstraint?: ConstraintLike;
  /** Share of the inputs that is set to 0 while training, from 0 to below 1; the same inputs at every step. Default 0. */
  dropout?: number;
  /**
   * Share of the state that the sums do not see while training, from 0 to below 1; the same part at every step, as Gal
   * and Ghahramani (2016) have it. What is carried on of the state is all of it, also in a GRU, where Keras thins that
   * out as well: what was kept would grow by 1 / (1 − share) at every step. Default 0.
   */
  recurrentDropout?: number;
  /** Makes the draws of both independent of the global generator, as in `Dropout`. Default: the global generator. */
  seed?: SeedLike;
}

/** A share that leaves something over. */
const share = (doc: string): Parameter<number> => ({
  ...real(0, doc),
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
  words: "a number of at least 0 and below 1",
});

/** What the cells here take, and the layers that run them. */
export const denseCellParameters = {
  activation: unchecked<ActivationLike>("tanh", "Applied to the new values"),
  useBias: flag(true, "Add learned constants to the sums"),
  kernelInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the weights of the inputs"),
  recurrentInitializer: unchecked<InitializerLike>("orthogonal", "First values of the weights of the state"),
  biasInitializer: unchecked<InitializerLike>("zeros", "First values of the bias"),
  kernelRegularizer: unchecked<RegularizerLike | undefined>(
    undefined,
    "A penalty on the weights of the inputs",
  ),
  recurrentRegularizer: unchecked<RegularizerLike | undefined>(
    undefined,
    "A penalty on the weights of the state",
  ),
  biasRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the bias"),
  kernelConstraint: unchecked<ConstraintLike | undefined>(
    undefined,
    "What the weights of the inputs are brought back to",
  ),
  recurrentConstraint: unchecked<ConstraintLike | undefined>(
    undefined,
    "What the weights of the state are brought back to",
  ),
  biasConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the bias is brought back to"),
  dropout: share("Share of the inputs that is set to 0 while training"),
  recurrentDropout: share("Share of the state that the sums do not see while training"),
  seed: seedOption,
};

const placed = { units: required(integer(1, "Number of outputs", { min: 1 })) };

/** The options of a cell among those of the layer that runs it. Errors: PL4004, in the name of the layer. */
export function cellOptions<O extends object>(
  layer: string,
  parameters: Parameters,
  units: number,
  options: O,
): O {
  resolve("PL4004", layer, placed, { units });
  const picked = Object.entries(options ?? {}).filter(([name]) => name in parameters);
  const taken = Object.fromEntries(picked);
  resolve("PL4004", layer, parameters, taken);
  return taken as O;
}

/** The part of a step that looks at the state. */
export interface Recurrent {
  readonly kernel: Tensor;
  /** Added to the product with the state, where that has a bias of its own. */
  readonly bias: Tensor | undefined;
  /** What the sums see of the state. */
  readonly seen: (state: Tensor) => Tensor;
}

/**
 * A cell whose sums are those of dense layers: x · kernel + h · recurrentKernel + bias, several gates side by side.
 * The product with the inputs, and the bias, are computed for all steps at once.
 */
export abstract class DenseCell extends RNNCell {
  static override readonly className: string = "DenseCell";
  static override readonly takesList: boolean = true;
  static override readonly byPlace: readonly string[] = ["units"];
  static override readonly parameters: Parameters = denseCellParameters;
  readonly units: number;
  /** How many sums there are for each unit. */
  protected abstract readonly gates: number;
  #kernel!: Variable;
  #recurrentKernel!: Variable;
  #bias?: Variable;

  constructor(units: number, options: DenseCellOptions = {}) {
    super(options);
    this.units = resolve("PL4004", new.target.className, placed, { units }).units;
  }

  /** One step, given the sums of the inputs and the bias. */
  protected abstract next(sums: Tensor, states: readonly Tensor[], recurrent: Recurrent): readonly Tensor[];

  /** `[gates · units]`, unless the product with the state has a bias of its own. */
  protected get biasShape(): Shape {
    return [this.gates * this.units];
  }

  protected get biasInitializer(): InitializerLike {
    return this.valuesOf(denseCellParameters).biasInitializer;
  }

  /** The bias of the inputs, and that of the state where it has one. */
  protected biases(bias: Tensor): readonly Tensor[] {
    return [bias];
  }

  protected override needs(inputShape: InputShape): string | undefined {
    const states = this.stateSize.map((size) => `[batch, ${size}]`).join(", ");
    const [x, ...given]: readonly BatchShape[] = isShapeList(inputShape) ? inputShape : [inputShape];
    const fits = this.stateSize.every((size, i) => given[i]?.length === 2 && given[i][1] === size);
    if (x.length !== 2 || !fits || given.length !== this.stateSize.length)
      return `a list of the input of a step and the states before it: [batch, inputs], ${states}`;
    if (x[1] === null) return "a last axis of known length";
    const built = this.built ? this.#kernel.shape[0] : undefined;
    return built === undefined || built === x[1]
      ? undefined
      : `inputs of length ${built}, for which it was built`;
  }

  override build([[, inputs]]: readonly BatchShape[]): void {
    const { units } = this;
    const width = this.gates * units;
    const values = this.valuesOf(denseCellParameters);
    this.#kernel = this.addWeight({
      name: "kernel",
      shape: [inputs as number, width],
      initializer: values.kernelInitializer,
      regularizer: values.kernelRegularizer,
      constraint: values.kernelConstraint,
    });
    this.#recurrentKernel = this.addWeight({
      name: "recurrent_kernel",
      shape: [units, width],
      initializer: values.recurrentInitializer,
      regularizer: values.recurrentRegularizer,
      constraint: values.recurrentConstraint,
    });
    if (values.useBias)
      this.#bias = this.addWeight({
        name: "bias",
        shape: this.biasShape,
        initializer: this.biasInitializer,
        regularizer: values.biasRegularizer,
        constraint: values.biasConstraint,
      });
  }

  override begin(batch: number, { training = false }: CallOptions): CellSteps {
    const { dropout, recurrentDropout, seed } = this.valuesOf(denseCellParameters);
    const kernel = this.#kernel.read();
    const [bias, recurrentBias] = this.#bias === undefined ? [] : this.biases(this.#bias.read());
    const thinInputs = thinning(training ? dropout : 0, [batch, kernel.shape[0]], seed);
    const recurrent: Recurrent = {
      kernel: this.#recurrentKernel.read(),
      bias: recurrentBias,
      seen: thinning(training ? recurrentDropout : 0, [batch, this.units], seed),
    };
    return {
      project(x) {
        const inputs = thinInputs(x);
        // One product of matrices, however many steps there are.
        const rows = inputs.reshape([sizeOf(x.shape.slice(0, -1)), kernel.shape[0]]);
        const product = rows.matmul(kernel);
        const sums = bias === undefined ? product : product.add(bias);
        return [sums.reshape([...x.shape.slice(0, -1), kernel.shape[1]])];
      },
      step: ([sums], states) => this.next(sums, states, recurrent),
    };
  }

  override call([x, ...states]: readonly Tensor[], options: CallOptions = {}): readonly Tensor[] {
    const { project, step } = this.begin(x.shape[0], options);
    return step(project(x), states);
  }

  override again(): RNNCell {
    const Class = this.constructor as new (units: number, options: object) => RNNCell;
    return new Class(this.units, this.valuesOf(denseCellParameters));
  }
}

/** Dropout that leaves out the same values whenever it is applied: those of `shape`, drawn now. */
function thinning(rate: number, shape: Shape, seed: SeedGenerator | undefined): (x: Tensor) => Tensor {
  if (rate === 0) return (x) => x;
  const kept = random.bernoulli(shape, 1 - rate, { seed });
  return (x) => where(kept, x.div(1 - rate), 0);
}

/** What gates leave of an activation's head: a share of each value, so that only ranges around 0 or from 0 stay. */
export const gatedHead = ({ head }: Activation): Head =>
  head === "tanh" || head === "nonNegative" || head === "linear" ? head : "hidden";
