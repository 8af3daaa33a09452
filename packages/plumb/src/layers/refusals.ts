/** What layers say when they are given what they cannot take, or are written in a way that could not work. */
import { PlumbError } from "../base/errors.ts";
import { showValue } from "../base/parameters.ts";
import { leavesOf, Tensor } from "../tensor/index.ts";
import type { Layer } from "./layer.ts";
import { originOf } from "./origins.ts";
import { surroundingCall } from "./scope.ts";
import { isShapeList, showInputShape, type InputShape } from "./shapes.ts";

/** PL4006: a layer was given a shape that it cannot take. `inputs`: the tensors, where it was called with some. */
export function wrongShape(layer: Layer, shape: InputShape, needs: string, inputs: unknown): PlumbError {
  const several = isShapeList(shape) && shape.length > 1;
  return new PlumbError("PL4006", {
    asked: `The ${layer.className} layer "${layer.name}"${around()} was given ${several ? "inputs of shapes" : "an input of shape"} ${showInputShape(shape)}`,
    arrived: cameFrom(leavesOf(inputs).filter((leaf) => leaf instanceof Tensor)),
    why: `The layer needs ${needs}`,
    fix:
      layer.takesList === isShapeList(shape) || layer.takesList === undefined
        ? "Change the layer that gives this input, reshape the input, or build the layer for the shape it gets"
        : layer.takesList
          ? "Give a list: layer.call([a, b])"
          : "Call the layer on one of them: const [first] = list; layer.call(first). Concatenate and Add make one tensor of several",
  });
}

/** The layers that are being called, for messages: ` inside "encoder/attention"`; nothing where there are none. */
function around(): string {
  const names = surroundingCall().layers.map(({ name }) => name);
  return names.length === 0 ? "" : ` inside "${names.join("/")}"`;
}

/** `They came from the layer "a" and the model's input`; undefined where no layer gave any of them. */
function cameFrom(tensors: readonly Tensor[]): string | undefined {
  const origins = tensors.map(originOf);
  if (origins.every((origin) => origin === undefined)) return undefined;
  if (new Set(origins).size === 1) return `${origins.length === 1 ? "It" : "They"} came from ${origins[0]}`;
  return `They came from ${origins.map((origin) => origin ?? "no layer").join(" and ")}`;
}

/** PL1009: a layer was called with what is no tensor. */
export const notATensor = (layer: Layer, given: unknown): PlumbError =>
  new PlumbError("PL1009", {
    asked: `The ${layer.className} layer "${layer.name}" was called with ${showValue(given)}`,
    why: "A layer takes a tensor, or a list of tensors",
    fix: "Make it one first: tensor([[1, 2], [3, 4]])",
  });

/** PL4015: what a layer takes or gives in a model was asked for, and it is in none, or in it more than once. */
export const notCalledOnce = (layer: Layer, asked: string, calls: number): PlumbError =>
  new PlumbError("PL4015", {
    asked: `The ${asked} of the ${layer.className} layer "${layer.name}" was asked for`,
    why:
      calls === 0
        ? "It was not called on symbolic tensors yet: it is in no functional model"
        : `It was called ${calls} times, and has as many`,
    fix:
      calls === 0
        ? "Call it first: const y = layer.call(input({ shape: [4] }))"
        : "Keep what its calls give, and take that",
  });

/** PL4002: weights were asked for before there are any. */
export const notBuilt = (layer: string, asked: string): PlumbError =>
  new PlumbError("PL4002", {
    asked: `${asked} (${layer})`,
    why: "A layer makes its weights when it knows the shape of its input",
    fix: "Begin the model with Input({ shape: [4] }), or call build([null, 4]) or fit first",
  });

/** PL4004: a field of a layer hides a property that every layer has. */
export const hiddenProperty = (layer: Layer, field: string): PlumbError =>
  new PlumbError("PL4004", {
    asked: `The ${layer.className} "${layer.name}" keeps layers in a field "${field}"`,
    why: "Every layer has a property of that name, which the field hides: its layers would be forgotten",
    fix: `Call the field otherwise: this.own${field[0].toUpperCase()}${field.slice(1)}`,
  });

/** PL4004: `call` was written as a field. */
export const callAsField = (layer: Layer): PlumbError =>
  new PlumbError("PL4004", {
    asked: `The ${layer.className} "${layer.name}" has a field "call"`,
    why: "It hides the method, so that the layer is neither built nor drawn, and its inputs are not checked",
    fix: "Write it as a method: call(x) { … } rather than call = (x) => …",
  });

/** The warning of a layer that is called inside another whose weights its weights are not. */
export const unknownInside = (layer: Layer, outermost: Layer): string =>
  `The ${layer.className} layer "${layer.name}" was called inside "${outermost.name}", which does not know it: training leaves its weights alone, and they are not saved. Layers are found in public fields (alone, in lists or in plain objects), not in #private fields, Maps or variables around: make it known with this.addLayer(layer).`;
