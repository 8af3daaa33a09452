/** What the class of a layer says of it, and its parents: what is declared in statics, and whose methods an object has. */
import type { Parameters } from "../base/parameters.ts";
import type { Layer } from "./layer.ts";

/** The statics that are read here; a class that is none of a layer has none of them. */
type LayerClass = Partial<Pick<typeof Layer, "parameters" | "callOptions">>;

/** The parameters that a class and its parents declare. */
export function ownParameters(Class: LayerClass): Parameters {
  if (Class.parameters === undefined) return {};
  return { ...ownParameters(Object.getPrototypeOf(Class) as LayerClass), ...Class.parameters };
}

/** The names of what goes with a call, as a class and its parents declare them. */
export function ownCallOptions(Class: LayerClass): readonly string[] {
  if (Class.callOptions === undefined) return [];
  const inherited = ownCallOptions(Object.getPrototypeOf(Class) as LayerClass);
  return [...new Set([...inherited, ...Class.callOptions])];
}

/** Whether a class of an object computes the property of that name. */
export function isAccessor(object: object, name: string): boolean {
  const owner = ownerOf(Object.getPrototypeOf(object) as object, name);
  return owner !== undefined && Object.getOwnPropertyDescriptor(owner, name)?.get !== undefined;
}

/** The class, as its prototype, whose method of a name an object has. */
function ownerOf(object: object, name: string): object | undefined {
  let owner: object | null = object;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object | null;
  return owner ?? undefined;
}

/**
 * Whether the `call` of a layer is its `beforeHead` with the activation after it. Where a subclass has written a `call` of
 * its own over that of a class with a `beforeHead`, what that one gives does not stand behind the output any more.
 */
export function endsInActivation(layer: Layer): boolean {
  const [before, call] = [ownerOf(layer, "beforeHead"), ownerOf(layer, "call")];
  return before !== undefined && call !== undefined && (before === call || call.isPrototypeOf(before));
}
