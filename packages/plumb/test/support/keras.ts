/** Keras's JSON configurations as our objects. */
import { camelCase, spellings } from "../../src/base/names.ts";
import { constraintClasses } from "../../src/constraints/index.ts";
import { initializerClasses, type InitializerCall } from "../../src/initializers/index.ts";
import { layerClasses, makeLayer, type Layer } from "../../src/layers/index.ts";
import { lossClasses, losses, type Loss } from "../../src/losses/index.ts";
import { metricClasses, type Metric } from "../../src/metrics/index.ts";
import { optimizerClasses, type Optimizer } from "../../src/optimizers/index.ts";
import { regularizerClasses } from "../../src/regularizers/index.ts";
import { scheduleClasses } from "../../src/schedules/index.ts";
import { stack, type Tensor, type TensorLike } from "../../src/tensor/index.ts";
import { callbackClasses, type Callback } from "../../src/train/callbacks/index.ts";
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
const kerasOnly = ["dtype", "sparse", "ragged", "optional", "quantization_config", "seed"];

/** A layer from its arguments or its whole configuration. Throws `Waiting` where there is no such layer yet. */
export function layerOf(name: string, config: Readonly<Record<string, unknown>>): Layer {
  if (!(name in layerClasses)) throw new Waiting(`the layer ${name}`);
  const kept = Object.fromEntries(
    Object.entries(config).filter(([key, value]) => !kerasOnly.includes(key) && value !== null),
  );
  const { batch_shape: batchShape, ...rest } = kept as { batch_shape?: (number | null)[] };
  const options = { ...optionsOf(rest), ...(batchShape ? { shape: batchShape.slice(1) } : {}) };
  return makeLayer(layerClasses[name as keyof typeof layerClasses], options);
}

export interface KerasModel {
  readonly class_name: string;
  readonly config: {
    readonly name: string;
    readonly layers: readonly Spec[];
  };
}

/** The model, built. Throws `Waiting` where a layer of it, or its kind, does not exist yet. */
export function modelOf({ class_name: kind, config }: KerasModel): Sequential {
  const layers = config.layers.map(({ class_name: name, config: options }) => layerOf(name, options));
  if (kind !== "Sequential") throw new Waiting(`models of the kind ${kind}`);
  return new Sequential(layers, { name: config.name });
}

/** Whether arguments of an optimizer ask for what the wrapper does not have yet: averages, accumulation, loss scaling. */
export const optimizerWaits = (config: Readonly<Record<string, unknown>>): boolean =>
  ["use_ema", "gradient_accumulation_steps", "loss_scale_factor"].some((feature) => feature in config);
