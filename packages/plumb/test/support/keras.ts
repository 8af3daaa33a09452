/** Keras's JSON configurations as our objects. */
import type { DType } from "../../src/base/dtype.ts";
import { camelCase, spellings } from "../../src/base/names.ts";
import type { Parameters } from "../../src/base/parameters.ts";
import { constraintClasses } from "../../src/constraints/index.ts";
import { initializerClasses, type InitializerCall } from "../../src/initializers/index.ts";
import { InputLayer, layerClasses, makeLayer, type CallOptions, type Layer } from "../../src/layers/index.ts";
import { lossClasses, losses, type Loss } from "../../src/losses/index.ts";
import { metricClasses, type Metric } from "../../src/metrics/index.ts";
import { optimizerClasses, type Optimizer } from "../../src/optimizers/index.ts";
import { regularizerClasses } from "../../src/regularizers/index.ts";
import { scheduleClasses } from "../../src/schedules/index.ts";
import { leavesOf, stack, type Tensor, type TensorLike } from "../../src/tensor/index.ts";
import { callbackClasses, type Callback } from "../../src/train/callbacks/index.ts";
import { Model, type AnyModel } from "../../src/train/model.ts";
import type { Structure } from "../../src/train/places.ts";
import { Sequential } from "../../src/train/sequential.ts";
import { Waiting } from "../goldens/room.ts";

/** A class and the arguments that were passed; a string where Keras was given one. */
export interface Spec {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

type Class = new (options?: Readonly<Record<string, unknown>>) => unknown;
type Classes = ReadonlyMap<string, Class>;

/** Classes by Keras's name, which their records have. */
const byName = (classes: object): Classes =>
  new Map(
    Object.values(classes).map((of: { record: { name: string } }) => [
      of.record.name,
      of as unknown as Class,
    ]),
  );

const lossesByName = byName(lossClasses);
const metricsByName = byName(metricClasses);
const optimizersByName = byName(optimizerClasses);
const callbacksByName = byName(callbackClasses);
const schedulesByName = byName(scheduleClasses);
const regularizersByName = byName(regularizerClasses);
const constraintsByName = byName(constraintClasses);
const initializersByName = byName(initializerClasses);

/** The parts that stand inside the arguments of others. */
const inner: readonly Classes[] = [
  schedulesByName,
  regularizersByName,
  constraintsByName,
  initializersByName,
];

const isSpec = (value: unknown): value is Spec =>
  typeof value === "object" && value !== null && "class_name" in value && "config" in value;

/** Arguments under our names, with objects in place of the specs among them. */
export function optionsOf(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [camelCase(key), isSpec(value) ? innerOf(value) : value]),
  );
}

function innerOf(spec: Spec): unknown {
  const classes = inner.find((some) => some.has(spec.class_name));
  if (classes === undefined) throw new Error(`there is no ${spec.class_name} here`);
  return made(classes, "part", spec);
}

function made<T>(classes: Classes, what: string, spec: Spec, extra: Record<string, unknown> = {}): T {
  const Class = classes.get(spec.class_name);
  if (Class === undefined) throw new Error(`there is no ${what} ${spec.class_name} here`);
  return new Class({ ...optionsOf(spec.config), ...extra }) as T;
}

/** The loss; a string becomes one of default arguments. */
export function lossOf(spec: Spec | string, extra: { readonly validate?: boolean } = {}): Loss<any> {
  const found = typeof spec === "string" ? losses.get(spec as never).record.name : undefined;
  return made(lossesByName, "loss", found ? { class_name: found, config: {} } : (spec as Spec), extra);
}
export const metricOf = (spec: Spec): Metric<any> => {
  const { fn } = spec.config;
  return made(metricsByName, "metric", spec, typeof fn === "string" ? { fn: rowsFunction(fn) } : {});
};

/** What Keras's function of a loss or metric gives: a value for each row. */
function rowsFunction(name: string): (yTrue: Tensor, yPred: Tensor, options?: object) => Tensor {
  const found = (classes: Classes): Class | undefined =>
    [...classes].find(([key]) => spellings(key).includes(name))?.[1];
  const LossClass = found(lossesByName);
  if (LossClass !== undefined) {
    return (yTrue, yPred, options) =>
      (new LossClass({ ...options, reduction: "none", validate: false }) as Loss<any>).call(yTrue, yPred);
  }
  const MetricClass = found(metricsByName);
  if (MetricClass === undefined) throw new Error(`there is no loss and no metric ${name} here`);
  const ofRow = (yTrue: Tensor, yPred: Tensor, options?: object): Tensor => {
    const metric = new MetricClass({ ...options }) as Metric<any>;
    metric.updateState(yTrue, yPred);
    return metric.result();
  };
  return (yTrue, yPred, options) =>
    stack(Array.from({ length: yTrue.shape[0] }, (_, i) => ofRow(row(yTrue, i), row(yPred, i), options)));
}

const row = (x: Tensor, i: number): Tensor => x.gather([i], 0);
export const optimizerOf = (spec: Spec): Optimizer => made(optimizersByName, "optimizer", spec);
export const callbackOf = (spec: Spec): Callback => made(callbacksByName, "callback", spec);
export const scheduleOf = (spec: Spec): { call(step: number): Tensor } =>
  made(schedulesByName, "schedule", spec);
export const regularizerOf = (spec: Spec): { call(x: TensorLike): Tensor } =>
  made(regularizersByName, "regularizer", spec);
export const constraintOf = (spec: Spec): { call(x: TensorLike): Tensor } =>
  made(constraintsByName, "constraint", spec);
export const initializerOf = (spec: Spec): InitializerCall => made(initializersByName, "initializer", spec);

/** Arguments of Keras's layers that are about Keras, and mean nothing here. */
const kerasOnly = [
  "dtype",
  "sparse",
  "ragged",
  "optional",
  "quantization_config",
  "seed",
  "synchronized",
  "rms_scaling",
];

const isLayerSpec = (value: unknown): value is Spec => isSpec(value) && value.class_name in layerClasses;

/** An argument that is a layer, or a list of them (the cells of a stack), as layers; the rest as it is. */
function withLayers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLayers);
  return isLayerSpec(value) ? layerOf(value.class_name, value.config) : value;
}

/** Whether null is a value of an option of a layer's class; Keras's configurations have it for what was left out too. */
function takesNull(Class: { readonly parameters?: Parameters } | null, key: string): boolean {
  if (Class?.parameters === undefined) return false;
  return Class.parameters[key]?.accepts(null) ?? takesNull(Object.getPrototypeOf(Class), key);
}

/** A layer from its arguments or its whole configuration. Throws `Waiting` where there is no such layer yet. */
export function layerOf(name: string, config: Readonly<Record<string, unknown>>): Layer {
  if (!(name in layerClasses)) throw new Waiting(`the layer ${name}`);
  const Class = layerClasses[name as keyof typeof layerClasses];
  const kept = Object.fromEntries(
    Object.entries(config)
      .filter(
        ([key, value]) => !kerasOnly.includes(key) && (value !== null || takesNull(Class, camelCase(key))),
      )
      .map(([key, value]) => [key, withLayers(value)]),
  );
  const { batch_shape: batchShape, ...rest } = kept as { batch_shape?: (number | null)[] };
  const options = { ...optionsOf(rest), ...(batchShape ? { shape: batchShape.slice(1) } : {}) };
  return makeLayer(Class, options);
}

/** A call of a layer in a functional configuration: arguments in which tensors are named by where they come from. */
interface KerasNode {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Where a tensor comes from: the name of the layer, the number of its call, and which of its outputs. */
type KerasPlace = readonly [layer: string, call: number, output: number];

export interface KerasModel {
  readonly class_name: string;
  readonly config: {
    readonly name: string;
    readonly layers: readonly (Spec & { readonly inbound_nodes?: readonly KerasNode[] })[];
    readonly input_layers?: unknown;
    readonly output_layers?: unknown;
  };
}

/** The model, built. Throws `Waiting` where a layer of it, or its kind, does not exist yet. */
export function modelOf({ class_name: kind, config }: KerasModel): AnyModel {
  const layers = config.layers.map((spec) => modelLayerOf(spec));
  if (kind === "Sequential") return new Sequential(layers, { name: config.name });
  if (kind !== "Functional") throw new Waiting(`models of the kind ${kind}`);

  const given = new Map<string, readonly Tensor[]>();
  const key = ([layer, call]: readonly [string, number, ...unknown[]]): string => `${layer} ${call}`;
  const tensorAt = (place: KerasPlace): Tensor | undefined => given.get(key(place))?.[place[2]];
  let open = config.layers.flatMap(({ inbound_nodes: nodes = [] }, i) =>
    nodes.map((node, call) => ({ layer: layers[i], node, at: [layers[i].name, call] as const })),
  );
  for (const layer of layers)
    if (layer instanceof InputLayer) given.set(key([layer.name, 0]), [layer.output]);
  while (open.length > 0) {
    const waiting = open.filter(({ layer, node, at }) => {
      const missing = placesIn(node).some((place) => tensorAt(place) === undefined);
      if (!missing) given.set(key(at), leavesOf(calledAs(layer, node, tensorAt)) as Tensor[]);
      return missing;
    });
    if (waiting.length === open.length) throw new Error(`the layers of ${config.name} wait for each other`);
    open = waiting;
  }
  const structure = (places: unknown): Structure<Tensor> => {
    if (isPlace(places)) return tensorAt(places) as Tensor;
    return Array.isArray(places)
      ? places.map((place: KerasPlace) => tensorAt(place) as Tensor)
      : Object.fromEntries(
          Object.entries(places as object).map(([name, place]) => [
            name,
            tensorAt(place as KerasPlace) as Tensor,
          ]),
        );
  };
  return new Model({
    inputs: structure(config.input_layers),
    outputs: structure(config.output_layers),
    name: config.name,
  });
}

/** A layer of a model's configuration: an input, a model, or what `layerOf` makes. */
function modelLayerOf(spec: Spec): Layer {
  const { class_name: name, config } = spec;
  if (name === "Sequential" || name === "Functional") return modelOf(spec as unknown as KerasModel);
  if (name !== "InputLayer") return layerOf(name, config);
  const {
    batch_shape: shape,
    dtype,
    name: called,
  } = config as unknown as {
    readonly batch_shape: readonly (number | null)[];
    readonly dtype: DType;
    readonly name: string;
  };
  return new InputLayer({ shape: shape.slice(1), dtype, name: called });
}

const isPlace = (value: unknown): value is KerasPlace => Array.isArray(value) && typeof value[0] === "string";

const isKerasTensor = (
  value: unknown,
): value is { readonly config: { readonly keras_history: KerasPlace } } =>
  isSpec(value) && value.class_name === "__keras_tensor__";

/** Where the tensors in the arguments of a call come from. */
function placesIn(value: unknown): KerasPlace[] {
  if (isKerasTensor(value)) return [value.config.keras_history];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(placesIn) : [];
}

/** A layer called as Keras calls it: several tensors by place are a list here, and arguments by name options. */
function calledAs(
  layer: Layer,
  { args, kwargs }: KerasNode,
  tensorAt: (place: KerasPlace) => Tensor | undefined,
) {
  const withTensors = (value: unknown): unknown => {
    if (isKerasTensor(value)) return tensorAt(value.config.keras_history);
    return Array.isArray(value) ? value.map(withTensors) : value;
  };
  const byPlace = args.map(withTensors);
  const byName = Object.entries(kwargs).filter(([, value]) => value !== null);
  // Attention takes key and value by name, too.
  const tensors = byName.filter(
    ([name, value]) => ["query", "value", "key"].includes(name) && isKerasTensor(value),
  );
  const inputs = [...byPlace, ...tensors.map(([, value]) => withTensors(value))];
  const options = byName
    .filter((entry) => !tensors.includes(entry))
    .map(([name, value]) => [camelCase(name), withTensors(value)]);
  return layer.call(
    (inputs.length === 1 ? inputs[0] : inputs) as Tensor,
    Object.fromEntries(options) as CallOptions,
  );
}

/** Whether arguments of an optimizer ask for what the wrapper does not have yet: averages, accumulation, loss scaling. */
export const optimizerWaits = (config: Readonly<Record<string, unknown>>): boolean =>
  ["use_ema", "gradient_accumulation_steps", "loss_scale_factor"].some((feature) => feature in config);
