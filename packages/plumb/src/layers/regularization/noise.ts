/** What the layers that change their input at random while training have in common. */
import { real, resolve, type Parameter, type Parameters } from "../../base/parameters.ts";
import { SeedGenerator } from "../../base/seed.ts";
import type { Shape } from "../../base/shape.ts";
import { random, where, type Tensor } from "../../tensor/index.ts";
import { Layer, type CallOptions, type LayerOptions } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What the random draws of a layer come from. */
export type SeedLike = number | SeedGenerator | null;

/** The option of layers that draw: of a number, a generator of the layer's own. */
export const seedOption: Parameter<SeedGenerator | undefined, SeedLike> = {
  default: undefined,
  doc: "What the layer's random draws come from; the global generator where it is not given",
  accepts: (value) =>
    value === undefined ||
    value === null ||
    value instanceof SeedGenerator ||
    Number.isSafeInteger(value as number),
  read: (value) => (typeof value === "number" ? new SeedGenerator(value) : (value ?? undefined)),
  words: "a whole number, or a SeedGenerator",
};

/** What the layers take that are the identity outside training. */
export interface NoiseOptions extends LayerOptions {
  /**
   * Makes the layer's draws independent of the global generator: another one at each call, and the same sequence for each
   * layer made with the same number. Default: the global generator.
   */
  seed?: SeedLike;
}

const parameters = { seed: seedOption };

/** The share of the inputs that a dropout sets to 0. */
const dropoutRate: Parameter<number> = {
  ...real(0, "Share of the inputs that is set to 0"),
  accepts: (value) => typeof value === "number" && value >= 0 && value < 1,
  words: "a number of at least 0 and below 1",
};

/** Extents of the choice that is drawn, 1 where one choice serves all; null where it is that of the input. */
export type NoiseShape = readonly (number | null)[];

const noiseShape: Parameter<NoiseShape | undefined, NoiseShape | null> = {
  default: undefined,
  doc: "Extents of the choice, 1 where one choice serves all",
  accepts: (value) =>
    value === undefined ||
    value === null ||
    (Array.isArray(value) &&
      value.every((extent) => extent === null || (Number.isSafeInteger(extent) && extent >= 1))),
  read: (value) => value ?? undefined,
  words: "a list of whole numbers of at least 1, with null where the extent is that of the input",
};

/** A random share set to 0, the rest scaled so that the expected sum stays; one choice for each element of `choice`. */
export const dropOut = (x: Tensor, rate: number, choice: Shape, seed?: SeedGenerator): Tensor =>
  rate === 0 ? x : where(random.bernoulli(choice, 1 - rate, { seed }), x.div(1 - rate), 0);

/** A layer that is the identity outside training. */
export abstract class Noise extends Layer {
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;

  /** What the layer draws from; undefined for the global generator. */
  protected get seed(): SeedGenerator | undefined {
    return this.valuesOf(parameters).seed;
  }

  /** The output while training. */
  protected abstract disturb(x: Tensor): Tensor;

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor, { training = false }: CallOptions = {}): Tensor {
    return training ? this.disturb(x) : x;
  }
}

/** Noise as strong as a dropout of some rate. */
export abstract class RateNoise<O extends NoiseOptions = NoiseOptions> extends Noise {
  static override readonly byPlace: readonly string[] = ["rate"];
  readonly rate: number;

  constructor(rate: number, options?: O) {
    super(options);
    const { className } = new.target as unknown as typeof Layer;
    this.rate = resolve("PL4004", className, { rate: dropoutRate }, { rate }).rate;
  }
}

/** A dropout in which one choice can serve several elements. */
export abstract class ShapedDropout<O extends NoiseOptions> extends RateNoise<O> {
  static override readonly parameters: Parameters = { noiseShape };

  get #noiseShape(): NoiseShape | undefined {
    return this.valuesOf({ noiseShape }).noiseShape;
  }

  /** Refuses an input over which the choice does not spread. */
  protected override needs(inputShape: BatchShape): string | undefined {
    const choice = this.#noiseShape;
    const fits =
      choice === undefined ||
      (choice.length === inputShape.length &&
        choice.every(
          (extent, i) =>
            extent === null || extent === 1 || inputShape[i] === null || extent === inputShape[i],
        ));
    return fits
      ? undefined
      : `an input over which noiseShape [${choice.map((extent) => extent ?? "null").join(", ")}] spreads`;
  }

  /** The shape of the choice for an input. */
  protected choiceFor({ shape }: Tensor): Shape {
    return this.#noiseShape?.map((extent, axis) => extent ?? shape[axis]) ?? shape;
  }
}
