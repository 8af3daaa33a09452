import { realOrList, required, resolve, type Parameters } from "../../base/parameters.ts";
import { tensor, type Tensor } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `Rescaling` takes besides its scale. */
export interface RescalingOptions extends LayerOptions {
  /** Added after the scaling; a list has one for each entry of the last axis. Default 0. */
  offset?: number | readonly number[];
}

const placed = { scale: required(realOrList("What the input is multiplied by")) };
const parameters = {
  offset: { ...realOrList("Added after the scaling"), default: 0 as number | readonly number[] },
};

/**
 * `x · scale + offset`: brings inputs of a known range to another, such as pixels from 0 … 255 to 0 … 1. Output has the
 * shape of the input. A list has one number for each entry of the last axis.
 *
 * Errors: PL4004 for what is no finite number; PL4006 for a last axis of another length than a list. Keras's layer of the
 * same name.
 *
 * @example
 * new Rescaling(1 / 127.5, { offset: -1 }).call(tensor([[0, 255]])); // [[-1, 1]]
 */
export class Rescaling extends Layer {
  static override readonly className: string = "Rescaling";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["scale"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { scale: 0.5, offset: -1 }, inputs: [2, 3] },
    { options: { scale: [0.5, 2, -1] }, inputs: [1, 2, 3] },
  ];
  readonly scale: number | readonly number[];
  readonly offset: number | readonly number[];

  constructor(scale: number | readonly number[], options: RescalingOptions = {}) {
    super(options);
    this.scale = resolve("PL4004", "Rescaling", placed, { scale }).scale ?? 1;
    this.offset = this.valuesOf(parameters).offset;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const lists = [this.scale, this.offset].filter((value) => typeof value !== "number");
    const odd = lists.find(({ length }) => length !== 1 && length !== (inputShape.at(-1) ?? length));
    return odd === undefined ? undefined : `a last axis of ${odd.length}, one for each number of the list`;
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor): Tensor {
    return x.mul(asFactor(this.scale)).add(asFactor(this.offset));
  }
}

/** A number, or one for each entry of the last axis. */
const asFactor = (value: number | readonly number[]): number | Tensor =>
  typeof value === "number" ? value : tensor(value);
