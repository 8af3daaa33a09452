import { integer, resolve, unchecked, type Parameters } from "../../base/parameters.ts";
import { PlumbError } from "../../base/errors.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { arange, type Tensor, type Variable } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { PositionCallOptions } from "./rotary-embedding.ts";
import type { BatchShape } from "../shapes.ts";

/** What `PositionEmbedding` takes besides the number of positions. */
export interface PositionEmbeddingOptions extends LayerOptions {
  /** First values of the embeddings. Default `"glorotUniform"`. */
  initializer?: InitializerLike;
}

const placed = {
  sequenceLength: integer(1, "Number of positions: the longest sequence that can come", { min: 1 }),
};

const parameters = {
  initializer: unchecked<InitializerLike>("glorotUniform", "First values of the embeddings"),
};

/**
 * Positions as learned vectors, one for each place of a sequence, to be added to what stands there.
 *
 * Input `[batch, …, steps, d]`, of which only the shape is looked at; output of the same shape: rows `startIndex …
 * startIndex + steps − 1` of the weight `embeddings` `[sequenceLength, d]`. Errors: PL4004 for a length that is none, and
 * for steps that run out of it from `startIndex` on; PL4006 for an input without steps and features, or with more steps
 * than positions. Devlin et al., BERT, 2018; KerasHub's layer of the same name, without its stretching.
 *
 * @example
 * const x = random.normal([2, 5, 8]);
 * x.add(new PositionEmbedding(32).call(x));
 */
export class PositionEmbedding extends Layer {
  static override readonly className: string = "PositionEmbedding";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["sequenceLength"];
  static override readonly parameters: Parameters = parameters;
  static override readonly callOptions: readonly string[] = ["startIndex"];
  static override readonly samples: readonly LayerSample[] = [
    { options: { sequenceLength: 7 }, inputs: [2, 5, 4] },
    { options: { sequenceLength: 7 }, inputs: [2, 2, 3, 1], call: { startIndex: 4 } as object },
    { options: { sequenceLength: 1 }, inputs: [1, 1, 3] },
  ];
  readonly sequenceLength: number;
  #embeddings!: Variable;

  constructor(sequenceLength: number, options: PositionEmbeddingOptions = {}) {
    super(options);
    this.sequenceLength = resolve("PL4004", "PositionEmbedding", placed, { sequenceLength }).sequenceLength;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const [steps, features] = inputShape.slice(-2);
    if (inputShape.length < 3) return "steps and features behind the batch: [batch, steps, features]";
    if (features === null) return "features of known number";
    if (steps !== null && steps > this.sequenceLength)
      return `at most ${this.sequenceLength} steps, its sequenceLength`;
    const built = this.inputShape?.at(-1);
    return built === undefined || built === features
      ? undefined
      : `${String(built)} features, for which it was built`;
  }

  override build(inputShape: BatchShape): void {
    this.#embeddings = this.addWeight({
      name: "embeddings",
      shape: [this.sequenceLength, inputShape.at(-1) as number],
      initializer: this.valuesOf(parameters).initializer,
    });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override call(x: Tensor, { startIndex = 0 }: PositionCallOptions = {}): Tensor {
    const [steps, features] = x.shape.slice(-2);
    return this.#rows(startIndex, steps).reshape([steps, features]).broadcastTo(x.shape);
  }

  #rows(start: number | Tensor, steps: number): Tensor {
    const embeddings = this.#embeddings.read();
    if (typeof start !== "number") return embeddings.gather(arange(0, steps, 1, "int32").add(start));
    if (!Number.isSafeInteger(start) || start < 0 || start + steps > this.sequenceLength)
      throw new PlumbError("PL4004", {
        asked: `The PositionEmbedding layer "${this.name}" was given ${steps} steps from position ${start} on`,
        why: `It has the positions 0 to ${this.sequenceLength - 1}`,
        fix: "Begin earlier, give fewer steps, or make the layer with a larger sequenceLength",
      });
    return embeddings.slice([start, 0], [steps, -1]);
  }
}
