import { PlumbError } from "../base/errors.ts";
import { flag, optional, resolve, showValue, text } from "../base/parameters.ts";
import {
  input,
  InputLayer,
  Layer,
  originOf,
  PreprocessingLayer,
  SymbolicTensor,
  type BatchShape,
  type Inputs,
} from "../layers/index.ts";
import { leavesOf, Tensor, type Variable } from "../tensor/index.ts";
import type { OutputInfo } from "./criterion.ts";
import { Model } from "./model.ts";
import type { Places, Structure } from "./places.ts";

/** What `Sequential` takes besides layers. */
export interface SequentialOptions {
  /** Unset: `sequential`, numbered within another model. */
  name?: string;
  /** False keeps all weights as they are. Default true. */
  trainable?: boolean;
}

const parameters = {
  name: optional(text("", "What the model is called")),
  trainable: flag(true, "Whether training changes the weights"),
};

/** It takes one tensor, whatever it is called. */
const onlyInput: Places = { names: ["input"], form: "one" };

/**
 * A model that is a stack of layers, each fed by the one before it.
 *
 * Beginning with `Input({ shape })`, what `input()` gave, or a layer with `inputShape`, it is built at once; otherwise when
 * it first meets data. Models may be among the layers, and it may be one itself. Errors: PL4006 when a layer cannot take
 * what the one before it gives, PL4002 when weights are asked for before the model is built.
 *
 * @example
 * const model = new Sequential([Input({ shape: [4] }), new Dense(16, { activation: "relu" }), new Dense(3)]);
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
 * await model.fit(x, y, { epochs: 20 });
 */
export class Sequential extends Model {
  static override readonly className: string = "Sequential";
  readonly #stack: Layer[] = [];
  #expected?: readonly OutputInfo[];

  constructor(layers: readonly (Layer | Tensor)[] = [], options: SequentialOptions = {}) {
    super(resolve("PL4004", "Sequential", parameters, options));
    if (!Array.isArray(layers))
      throw new PlumbError("PL4004", {
        asked: `Sequential was given ${showValue(layers)} in the place of its layers`,
        why: "They are a list",
        fix: "Write new Sequential([new Dense(10)])",
      });
    for (const layer of layers) this.add(layer);
  }

  /** Puts a layer on top. */
  add(given: Layer | Tensor): void {
    const layer = given instanceof SymbolicTensor ? given.source.layer : given;
    if (!(layer instanceof Layer))
      throw new PlumbError("PL4004", {
        asked: `Sequential was given ${showValue(layer)} as a layer`,
        why: "Its entries are layers that were made with new",
        fix:
          (layer as unknown) instanceof PreprocessingLayer
            ? "It reads texts, which no model does: call it on the data, and give the model what comes out"
            : "Write for example new Dense(10)",
      });
    const before = this.#stack.at(-1);
    if (this.#stack.includes(layer))
      throw new PlumbError("PL4004", {
        asked: `The layer "${layer.name}" was added twice`,
        why: "A Sequential runs each layer once",
        fix: "Make a second layer with new",
      });
    layer.requireOwnCall();
    const names = new Set(this.#stack.map(({ name }) => name));
    layer.nameAmong(names);
    if (names.has(layer.name))
      throw new PlumbError("PL4004", {
        asked: `A second layer with the name "${layer.name}" was added`,
        why: "Weights are kept under the names of their layers",
        fix: "Give it another name, or none",
      });
    this.#stack.push(layer);
    this.#expected = undefined;
    if (this.graph !== undefined)
      this.#put([layer], this.inputs[0], this.output as Structure<SymbolicTensor>);
    else if (layer instanceof InputLayer && before === undefined) this.#put([], layer.output, layer.output);
    else if (before === undefined && layer.declaredShape !== undefined)
      this.build([null, ...layer.declaredShape]);
  }

  /** Draws layers on top of what is drawn. Names of weights begin with the model's where it is within another. */
  #put(layers: readonly Layer[], from: SymbolicTensor, below: Structure<SymbolicTensor>): void {
    const top = this.within(() =>
      layers.reduce<Structure<Tensor>>((value, layer) => {
        if (!(value instanceof Tensor) && layer.takesList === false)
          throw severalOutputs(this.name, layer, leavesOf(value) as Tensor[]);
        return layer.call(value as Tensor);
      }, below),
    );
    const { layer } = from.source;
    this.draw(from, top as Structure<SymbolicTensor>, this.#stack.includes(layer) ? [] : [layer]);
  }

  override get layers(): readonly Layer[] {
    return [...new Set([...this.#stack, ...super.layers])];
  }

  override get inputPlaces(): Places {
    return super.inputPlaces ?? onlyInput;
  }

  override get outputPlaces(): Places {
    return super.outputPlaces ?? { names: [this.#stack.at(-1)?.name ?? "output"], form: "one" };
  }

  /** Before the model is built, what its last layer says of itself. */
  override get outputInfos(): readonly OutputInfo[] | undefined {
    const known = super.outputInfos;
    const last = this.#stack.findLast(({ movesValues }) => !movesValues);
    if (known !== undefined || last === undefined) return known;
    return (this.#expected ??= [{ name: last.name, head: last.outputHead }]);
  }

  protected override inputsFrom(given: unknown): Inputs {
    const x = super.inputsFrom(given);
    this.buildFor(x as Tensor);
    return x;
  }

  /** Makes the weights for an input like this one, of which the number of rows does not count. */
  override buildFor(x: Structure<Tensor | Variable>): void {
    if (this.graph !== undefined) return;
    if (this.#stack.length === 0)
      throw new PlumbError("PL4002", {
        asked: `The model "${this.name}" was called`,
        why: "It has no layers",
        fix: "Add layers: new Sequential([new Dense(1)])",
      });
    const { shape, dtype } = leavesOf(x)[0] as Tensor;
    const bottom = input({ shape: (shape as BatchShape).slice(1), dtype });
    this.#put(this.#stack, bottom, bottom);
  }
}

/** A layer that gives several tensors stands before one that takes one. */
const severalOutputs = (model: string, layer: Layer, given: readonly Tensor[]): PlumbError =>
  new PlumbError("PL4006", {
    asked: `The ${layer.className} layer "${layer.name}" of the Sequential "${model}" was given ${given.length} tensors`,
    arrived: `They came from ${originOf(given[0]) ?? "the layer before it"}`,
    why: "It takes one, and a Sequential hands on all that a layer gives",
    fix: "Make the layer before it without returnState, or draw the model and choose: const [y] = layer.call(x); new Model({ inputs: x, outputs: next.call(y) })",
  });
