/** Keras's JSON configurations as our objects. What does not exist here yet is `undefined`, never something like it. */
import { makeLayer, layerClasses, type Layer } from "../../src/layers/index.ts";
import { lossClasses } from "../../src/losses/index.ts";
import { metricClasses } from "../../src/metrics/index.ts";
import { optimizerClasses } from "../../src/optimizers/index.ts";
import { EarlyStopping } from "../../src/train/callbacks/early-stopping.ts";
import type { Callback } from "../../src/train/callbacks/callback.ts";
import { Sequential } from "../../src/train/sequential.ts";
import { camelKeys } from "./goldens.ts";

/** A class and its arguments; the string alone where there are none. */
export type Spec =
  string | { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> };

type Class = new (options: Record<string, unknown>) => unknown;
const byRecord = (classes: object): Map<string, Class> =>
  new Map(
    Object.values(classes).map((of: { record: { name: string } }) => [
      of.record.name,
      of as unknown as Class,
    ]),
  );

const losses = byRecord(lossClasses);
const metrics = byRecord(metricClasses);
const optimizers = byRecord(optimizerClasses);
const callbacks = new Map<string, Class>([["EarlyStopping", EarlyStopping as unknown as Class]]);

function madeFrom<T>(
  classes: ReadonlyMap<string, Class>,
  spec: Spec,
  extra: Record<string, unknown> = {},
): T | undefined {
  if (typeof spec === "string") return undefined;
  const Class = classes.get(spec.class_name);
  if (
    Class === undefined ||
    Object.values(spec.config).some((value) => value !== null && typeof value === "object")
  ) {
    return undefined;
  }
  return new Class({ ...camelKeys(spec.config), ...extra }) as T;
}

/** The loss, without value checks, so that it gives Keras's number for anything. */
export const lossOf = (spec: Spec): unknown => {
  if (typeof spec !== "string") return madeFrom(losses, spec, { validate: false });
  const names: Record<string, string> = { mse: "MeanSquaredError", mae: "MeanAbsoluteError" };
  const plain = spec.replaceAll("_", "");
  const found = [...losses.keys()].find((name) => name === names[spec] || name.toLowerCase() === plain);
  return found && madeFrom(losses, { class_name: found, config: {} }, { validate: false });
};
/** A metric: the string itself, if it is one. */
export const metricOf = (spec: Spec): unknown => (typeof spec === "string" ? spec : madeFrom(metrics, spec));
export const optimizerOf = (spec: Spec): unknown =>
  typeof spec !== "string" && optimizerWaits(spec.config) ? undefined : madeFrom(optimizers, spec);

/** Whether arguments of an optimizer ask for what the wrapper does not have yet: averages, accumulation, loss scaling. */
export const optimizerWaits = (config: Readonly<Record<string, unknown>>): boolean =>
  ["use_ema", "gradient_accumulation_steps", "loss_scale_factor"].some((feature) => feature in config);
export const callbackOf = (spec: Spec): Callback | undefined => madeFrom<Callback>(callbacks, spec);

/** The arguments of a layer's configuration that carry meaning here. */
const meaningful = new Set(["name", "trainable", "units", "activation", "use_bias", "rate"]);
/** The arguments that change the result when they are set. */
const unsupported = [
  "kernel_regularizer",
  "bias_regularizer",
  "activity_regularizer",
  "kernel_constraint",
  "bias_constraint",
];

export interface KerasModel {
  readonly class_name: string;
  readonly config: {
    readonly name: string;
    readonly layers: readonly {
      readonly class_name: string;
      readonly config: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** The model, built, or undefined where some part of it does not exist here yet. */
export function modelOf({ class_name, config }: KerasModel): Sequential | undefined {
  if (class_name !== "Sequential") return undefined;
  const layers = config.layers.map(({ class_name: name, config: options }): Layer | undefined => {
    const Class = layerClasses[name as keyof typeof layerClasses];
    if (Class === undefined || unsupported.some((part) => options[part])) return undefined;
    const kept = camelKeys(
      Object.fromEntries(Object.entries(options).filter(([key]) => meaningful.has(key))),
    );
    const shape = options.batch_shape as (number | null)[] | undefined;
    return makeLayer(Class, shape ? { shape: shape.slice(1), name: kept.name } : kept);
  });
  if (layers.some((layer) => layer === undefined)) return undefined;
  return new Sequential(layers as Layer[], { name: config.name });
}
