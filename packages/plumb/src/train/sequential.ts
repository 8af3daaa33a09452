import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { resolve, showValue, text } from "../base/parameters.ts";
import { InputLayer, Layer, type BatchShape, type CallOptions } from "../layers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Model, type Forward } from "./model.ts";

/** What `Sequential` takes besides layers. */
export interface SequentialOptions {
  name?: string;
}

const parameters = { name: text("sequential", "What the model is called") };

/**
 * A model that is a stack of layers, each fed by the one before it.
 *
 * Beginning with `Input({ shape })`, or a layer with `inputShape`, it is built at once; otherwise when it first meets
 * data. Errors: PL4006 when a layer cannot take what the one before it gives, PL4002 when weights are asked for before
 * the model is built.
 *
 * @example
 * const model = new Sequential([Input({ shape: [4] }), new Dense(16, { activation: "relu" }), new Dense(3)]);
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
 * await model.fit(x, y, { epochs: 20 });
 */
export class Sequential extends Model {
  readonly #layers: Layer[] = [];
  #inputShape?: BatchShape;

  constructor(layers: readonly Layer[] = [], options: SequentialOptions = {}) {
    super(resolve("PL4004", "Sequential", parameters, options).name);
    if (!Array.isArray(layers))
      throw new PlumbError("PL4004", {
        asked: `Sequential was given ${showValue(layers)} in the place of its layers`,
        why: "They are a list",
        fix: "Write new Sequential([new Dense(10)])",
      });
    for (const layer of layers) this.add(layer);
  }

  /** Puts a layer on top. */
  add(layer: Layer): void {
    if (!(layer instanceof Layer))
      throw new PlumbError("PL4004", {
        asked: `Sequential was given ${showValue(layer)} as a layer`,
        why: "Its entries are layers that were made with new",
        fix: "Write for example new Dense(10)",
      });
    const before = this.#layers.at(-1);
    if (this.#layers.includes(layer))
      throw new PlumbError("PL4004", {
        asked: `The layer "${layer.name}" was added twice`,
        why: "A Sequential runs each layer once",
        fix: "Make a second layer with new",
      });
    const names = new Set(this.#layers.map(({ name }) => name));
    layer.nameAmong(names);
    if (names.has(layer.name))
      throw new PlumbError("PL4004", {
        asked: `A second layer with the name "${layer.name}" was added`,
        why: "Weights are kept under the names of their layers",
        fix: "Give it another name, or none",
      });
    layer.inputFrom =
      before === undefined || before instanceof InputLayer
        ? "the model's input"
        : `the layer "${before.name}"`;
    this.#layers.push(layer);
    this.changed();
    if (this.#inputShape !== undefined) this.#buildLayer(layer, this.#outputShapeOf(this.#layers.length - 1));
    else if (before === undefined && layer.declaredShape !== undefined)
      this.build([null, ...layer.declaredShape]);
  }

  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  override get inputShape(): BatchShape | undefined {
    return this.#inputShape;
  }

  override get outputShape(): BatchShape | undefined {
    return this.#inputShape && this.#outputShapeOf(this.#layers.length);
  }

  override get head(): Head {
    return this.#layers.at(-1)?.head ?? "linear";
  }

  /** Makes the weights for an input of this shape, batch included: `[null, 4]`. Does nothing once they are made. */
  override build(inputShape: BatchShape): void {
    if (this.#inputShape !== undefined) return;
    const shape = [null, ...inputShape.slice(1)];
    let next: BatchShape = shape;
    for (const layer of this.#layers) next = this.#buildLayer(layer, next);
    this.#inputShape = shape;
  }

  #buildLayer(layer: Layer, inputShape: BatchShape): BatchShape {
    layer.ensureBuilt(inputShape);
    return layer.computeOutputShape(inputShape);
  }

  #outputShapeOf(count: number): BatchShape {
    return this.#layers
      .slice(0, count)
      .reduce<BatchShape>((shape, layer) => layer.computeOutputShape(shape), this.#inputShape!);
  }

  override forward(x: Tensor, options: CallOptions = {}): Forward {
    if (this.#layers.length === 0)
      throw new PlumbError("PL4002", {
        asked: `The model "${this.name}" was called`,
        why: "It has no layers",
        fix: "Add layers: new Sequential([new Dense(1)])",
      });
    const last = this.#layers[this.#layers.length - 1];
    let value = x;
    for (const layer of this.#layers.slice(0, -1)) value = layer.call(value, options);
    return last.callWithHead(value, options);
  }
}
