/**
 * The activations by name. Each record says what it makes of a layer as a *head*, which is what `compile` pairs with the
 * loss. A new one is a function in its family's file and a line here.
 */
import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { didYouMean, spellings, type SnakeCase } from "../base/names.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor/index.ts";
import { elu, leakyRelu, relu, relu6, selu } from "./rectifiers.ts";
import {
  gelu,
  hardSigmoid,
  hardSilu,
  logSigmoid,
  mish,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from "./sigmoids.ts";
import { logSoftmax, softmax } from "./softmax.ts";

/** A function from tensor to tensor of the same shape, with what it makes of the layer it ends. */
export interface Activation {
  readonly name: string;
  readonly head: Head;
  readonly call: (x: Tensor) => Tensor;
}

interface ActivationRecord {
  readonly doc: string;
  readonly head: Head;
  readonly aliases?: readonly string[];
  readonly fn: (x: TensorLike) => Tensor;
}

const linear = (x: TensorLike): Tensor => asTensor(x);
const exponential = (x: TensorLike): Tensor => asTensor(x).exp();

/** Every activation by its camelCase name. */
export const activationRecords = {
  linear: { doc: "x", head: "linear", fn: linear },
  relu: { doc: "max(x, 0)", head: "nonNegative", fn: relu },
  relu6: { doc: "min(max(x, 0), 6)", head: "nonNegative", fn: relu6 },
  leakyRelu: { doc: "x above 0, 0.2 x below", head: "hidden", fn: leakyRelu },
  elu: { doc: "x above 0, e^x − 1 below", head: "hidden", fn: elu },
  selu: { doc: "elu, scaled to keep mean 0 and variance 1", head: "hidden", fn: selu },
  gelu: { doc: "x Φ(x)", head: "hidden", fn: gelu },
  silu: { doc: "x sigmoid(x)", head: "hidden", aliases: ["swish"], fn: silu },
  hardSilu: { doc: "x hardSigmoid(x)", head: "hidden", aliases: ["hardSwish", "hard_swish"], fn: hardSilu },
  mish: { doc: "x tanh(softplus(x))", head: "hidden", fn: mish },
  softplus: { doc: "log(1 + e^x)", head: "nonNegative", fn: softplus },
  exponential: { doc: "e^x", head: "nonNegative", fn: exponential },
  softsign: { doc: "x / (1 + |x|)", head: "tanh", fn: softsign },
  tanh: { doc: "the hyperbolic tangent", head: "tanh", fn: tanh },
  sigmoid: { doc: "1 / (1 + e^−x)", head: "sigmoid", fn: sigmoid },
  hardSigmoid: { doc: "min(max(x + 3, 0), 6) / 6", head: "hidden", fn: hardSigmoid },
  logSigmoid: { doc: "log sigmoid(x)", head: "hidden", fn: logSigmoid },
  softmax: { doc: "e^x / Σ e^x along the last axis", head: "softmax", fn: softmax },
  logSoftmax: { doc: "log softmax(x) along the last axis", head: "logSoftmax", fn: logSoftmax },
} as const satisfies Readonly<Record<string, ActivationRecord>>;

/** The names that complete; aliases work too. */
export type ActivationName =
  keyof typeof activationRecords | SnakeCase<keyof typeof activationRecords> | "swish";

/** What an `activation` argument takes: a name, a function, or nothing (linear). */
export type ActivationLike = ActivationName | Activation | ((x: Tensor) => Tensor) | null | undefined;

const found: readonly (readonly [string, ActivationRecord])[] = Object.entries(activationRecords);

const bySpelling: ReadonlyMap<string, Activation> = new Map(
  found.flatMap(([name, record]) => {
    const activation: Activation = { name, head: record.head, call: (x) => record.fn(x) };
    return spellings(name, record.aliases).map((spelling) => [spelling, activation] as const);
  }),
);

/**
 * The activation that a layer's argument names. One of Plumb's own functions is recognised, so that its head is known.
 * Errors: PL4009 for a name that is none.
 */
function get(like: ActivationLike): Activation {
  if (like === null || like === undefined) return bySpelling.get("linear")!;
  if (typeof like === "function") {
    const known = found.find(([, { fn }]) => fn === like);
    return known === undefined
      ? { name: like.name || "custom", head: "custom", call: like }
      : bySpelling.get(known[0])!;
  }
  if (typeof like === "object") return like;
  const activation = bySpelling.get(like);
  if (activation !== undefined) return activation;
  throw new PlumbError("PL4009", {
    asked: `A layer was given the activation "${String(like)}"`,
    why: `The activations are ${Object.keys(activationRecords).join(", ")}`,
    fix: `${didYouMean(String(like), bySpelling.keys())}Or give a function from tensor to tensor`,
  });
}

/** Activations by name: `activations.get("relu").call(x)`. */
export const activations = { get };
