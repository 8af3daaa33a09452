/** What layers take over from the call around them: the names in front of their weights, and whether it is training. */
import { withOrigin } from "../graph/origin.ts";
import type { Tensor } from "../tensor/index.ts";
import type { Layer } from "./layer.ts";

let scope: readonly string[] = [];

/** Runs `fn` inside the layer of that name. */
export function inScope<R>(name: string, fn: () => R): R {
  const outer = scope;
  scope = [...outer, name];
  try {
    return withOrigin({ name: scope.join("/"), backward: false }, fn);
  } finally {
    scope = outer;
  }
}

/** A name with those of the layers around in front: `encoder/attention/query/kernel`. */
export const scopedName = (name: string): string => [...scope, name].join("/");

/** Whether no layer is around. */
export const scopeIsEmpty = (): boolean => scope.length === 0;

/** What a call of a layer hands on to the calls inside it. */
export interface SurroundingCall {
  readonly training: boolean;
  /** The layers that are being called, from the outermost. */
  readonly layers: readonly Layer[];
  /** Who wants to see what each layer gives. */
  readonly observe?: LayerObserver;
}

/** Is told of each tensor that a layer gave, inner layers before those around them. */
export type LayerObserver = (layer: Layer, output: Tensor) => void;

const outside: SurroundingCall = { training: false, layers: [] };
let surrounding = outside;

/** The call that is going on. */
export const surroundingCall = (): SurroundingCall => surrounding;

/** Runs `fn` as what a call computes. */
export function duringCall<R>(call: SurroundingCall, fn: () => R): R {
  const outer = surrounding;
  surrounding = call;
  try {
    return fn();
  } finally {
    surrounding = outer;
  }
}

/** Runs `fn`, and tells `observe` of every call of a layer in it. */
export const observeLayers = <R>(fn: () => R, observe: LayerObserver): R =>
  duringCall({ ...surrounding, observe }, fn);

/** Runs `fn`, which builds layers or learns their shapes, as if no call were going on: it draws no random numbers. */
export const outsideCalls = <R>(fn: () => R): R => duringCall(outside, fn);
