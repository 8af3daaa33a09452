/**
 * The activations by name. Each record says what it makes of a layer as a *head*, which is what `compile` pairs with the
 * loss, and which options it takes. A new one is a function in its family's file and a line here.
 */
import type { Head } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { didYouMean, inEverySpelling, type SnakeCase } from "../base/names.ts";
import {
  integer,
  resolve,
  showValue,
  type GivenOf,
  type Parameter,
  type Parameters,
  type ValuesOf,
} from "../base/parameters.ts";
import { asTensor, exp, sigmoid, tanh, type Axes, type Tensor, type TensorLike } from "../tensor/index.ts";
import {
  celu,
  celuParameters,
  elu,
  eluParameters,
  leakyRelu,
  leakyReluParameters,
  relu,
  relu6,
  reluParameters,
  selu,
  threshold,
  thresholdParameters,
} from "./rectifiers.ts";
import { hardShrink, shrinkParameters, softShrink, tanhShrink } from "./shrinkage.ts";
import {
  gelu,
  geluParameters,
  glu,
  hardSigmoid,
  hardSilu,
  hardTanh,
  logSigmoid,
  mish,
  silu,
  softplus,
  softsign,
  squareplus,
  squareplusParameters,
} from "./sigmoids.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { sparsemax, sparsePlus, sparseSigmoid } from "./sparsemax.ts";

/** A function from tensor to tensor (of the same shape, but for `glu`), with what it makes of the layer it ends. */
export interface Activation {
  readonly name: string;
  readonly head: Head;
  /** The options it was given. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly call: (x: Tensor) => Tensor;
}

/** Everything there is to say about one activation. */
interface ActivationRecord<P extends Parameters> {
  /** One line: the function as a formula. */
  readonly doc: string;
  /** What it makes of a layer; as a function where that hangs on the options. */
  readonly head: Head | ((values: ValuesOf<P>) => Head);
  /** Names it is found under besides its own. */
  readonly aliases?: readonly string[];
  readonly parameters: P;
  /** The parameters that the function takes by place; it takes the rest as an object. */
  readonly byPlace?: readonly (keyof P & string)[];
  /** The function itself, by which it is recognised. */
  readonly fn: (x: TensorLike, ...options: never[]) => Tensor;
}

/** A record without parameters. */
const plain = (record: Omit<ActivationRecord<{}>, "parameters">): ActivationRecord<{}> => ({
  ...record,
  parameters: {},
});
/** A record with parameters, of which its head may be a function. */
const withOptions = <P extends Parameters>(record: ActivationRecord<P>): ActivationRecord<P> => record;

const along = { axis: integer(-1, "The axis along which it is taken") };
const alongAxes = {
  axis: {
    default: -1,
    doc: "The axis, or axes, along which the sum is taken",
    accepts: (value) =>
      Number.isSafeInteger(value) ||
      (Array.isArray(value) && value.length > 0 && value.every(Number.isSafeInteger)),
    words: "a whole number, or a list of such",
  } satisfies Parameter<Axes> as Parameter<Axes>,
};

const linear = (x: TensorLike): Tensor => asTensor(x);

/** Every activation by its camelCase name. */
export const activationRecords = {
  linear: plain({ doc: "x", head: "linear", fn: linear }),
  relu: withOptions({
    doc: "max(x, 0)",
    head: ({ negativeSlope }) => (negativeSlope === 0 ? "nonNegative" : "hidden"),
    parameters: reluParameters,
    fn: relu,
  }),
  relu6: plain({ doc: "min(max(x, 0), 6)", head: "nonNegative", fn: relu6 }),
  leakyRelu: withOptions({
    doc: "x above 0, negativeSlope · x below",
    head: "hidden",
    parameters: leakyReluParameters,
    fn: leakyRelu,
  }),
  elu: withOptions({
    doc: "x above 0, α (e^x − 1) below",
    head: "hidden",
    parameters: eluParameters,
    fn: elu,
  }),
  celu: withOptions({
    doc: "max(x, 0) + α (e^(min(x, 0) / α) − 1)",
    head: "hidden",
    parameters: celuParameters,
    fn: celu,
  }),
  selu: plain({ doc: "elu, scaled to keep mean 0 and variance 1", head: "hidden", fn: selu }),
  threshold: withOptions({
    doc: "x above the threshold, defaultValue elsewhere",
    head: (given) => (given.threshold >= 0 && given.defaultValue >= 0 ? "nonNegative" : "hidden"),
    parameters: thresholdParameters,
    fn: threshold,
  }),
  hardShrink: withOptions({
    doc: "x where |x| exceeds the threshold, else 0",
    head: "hidden",
    parameters: shrinkParameters,
    fn: hardShrink,
  }),
  softShrink: withOptions({
    doc: "sign(x) max(|x| − threshold, 0)",
    head: "hidden",
    parameters: shrinkParameters,
    fn: softShrink,
  }),
  tanhShrink: plain({ doc: "x − tanh(x)", head: "hidden", fn: tanhShrink }),
  gelu: withOptions({ doc: "x Φ(x)", head: "hidden", parameters: geluParameters, fn: gelu }),
  silu: plain({ doc: "x sigmoid(x)", head: "hidden", aliases: ["swish"], fn: silu }),
  hardSilu: plain({
    doc: "x hardSigmoid(x)",
    head: "hidden",
    aliases: ["hardSwish", "hard_swish"],
    fn: hardSilu,
  }),
  mish: plain({ doc: "x tanh(softplus(x))", head: "hidden", fn: mish }),
  glu: withOptions({
    doc: "the first half along the axis times the sigmoid of the second half",
    head: "hidden",
    parameters: along,
    byPlace: ["axis"],
    fn: glu,
  }),
  softplus: plain({ doc: "log(1 + e^x)", head: "nonNegative", fn: softplus }),
  squareplus: withOptions({
    doc: "(x + √(x² + b)) / 2",
    head: "nonNegative",
    parameters: squareplusParameters,
    fn: squareplus,
  }),
  sparsePlus: plain({
    doc: "0 up to −1, x from 1 on, (x + 1)² / 4 between",
    head: "nonNegative",
    fn: sparsePlus,
  }),
  exponential: plain({ doc: "e^x", head: "nonNegative", fn: exp }),
  softsign: plain({ doc: "x / (1 + |x|)", head: "tanh", fn: softsign }),
  tanh: plain({ doc: "the hyperbolic tangent", head: "tanh", fn: tanh }),
  hardTanh: plain({ doc: "min(max(x, −1), 1)", head: "tanh", fn: hardTanh }),
  sigmoid: plain({ doc: "1 / (1 + e^−x)", head: "sigmoid", fn: sigmoid }),
  // Sigmoids and softmaxes of straight lines are no such heads: behind them there are no logits of a cross-entropy.
  hardSigmoid: plain({ doc: "min(max(x + 3, 0), 6) / 6", head: "hidden", fn: hardSigmoid }),
  sparseSigmoid: plain({ doc: "min(max(x + 1, 0), 2) / 2", head: "hidden", fn: sparseSigmoid }),
  logSigmoid: plain({ doc: "log sigmoid(x)", head: "hidden", fn: logSigmoid }),
  // Losses take classes along the last axis unless told; of another axis nothing is known here.
  softmax: withOptions({
    doc: "e^x / Σ e^x along the axis",
    head: ({ axis }) => (axis === -1 ? "softmax" : "custom"),
    parameters: alongAxes,
    byPlace: ["axis"],
    fn: softmax,
  }),
  logSoftmax: withOptions({
    doc: "log softmax(x) along the axis",
    head: ({ axis }) => (axis === -1 ? "logSoftmax" : "custom"),
    parameters: alongAxes,
    byPlace: ["axis"],
    fn: logSoftmax,
  }),
  sparsemax: withOptions({
    doc: "the nearest probabilities: max(x − τ, 0), with sum 1 along the axis",
    head: "hidden",
    parameters: along,
    byPlace: ["axis"],
    fn: sparsemax,
  }),
};

type Records = typeof activationRecords;
type CamelName = keyof Records;
type Spelled<Name extends string> = Name | SnakeCase<Name>;

/** The names that complete; aliases work too. */
export type ActivationName = Spelled<CamelName> | "swish" | Spelled<"hardSwish">;

/** A name together with options of that activation. */
export type ActivationWithOptions = {
  [Name in CamelName]: { readonly name: Spelled<Name> } & GivenOf<Records[Name]["parameters"]>;
}[CamelName];

/** What an `activation` argument takes: a name, a name with options, a function, or nothing (linear). */
export type ActivationLike =
  ActivationName | ActivationWithOptions | Activation | ((x: Tensor) => Tensor) | null | undefined;

type Found = readonly [name: string, record: ActivationRecord<any>];
const found: readonly Found[] = Object.entries(activationRecords);

const bySpelling = inEverySpelling(() =>
  found.map((one) => [{ name: one[0], aliases: one[1].aliases }, one] as const),
);

function made([name, { head, parameters, byPlace = [], fn }]: Found, options: object): Activation {
  const values = resolve("PL4004", `The activation ${name}`, parameters, options);
  const named = Object.keys(parameters).filter((key) => !byPlace.includes(key));
  const args = byPlace.map((key) => values[key]);
  if (named.length > 0) args.push(Object.fromEntries(named.map((key) => [key, values[key]])));
  return {
    name,
    head: typeof head === "function" ? head(values) : head,
    options: { ...options },
    call: (x) => fn(x, ...(args as never[])),
  };
}

/**
 * The activation that a layer's argument names: a name, or an object of a name and options. One of Plumb's own functions
 * is recognised, so that its head is known.
 * Errors: PL4009 for a name that is none; PL4004 for an option that the activation does not take, or does not have.
 */
function get(like: ActivationLike): Activation {
  if (like === null || like === undefined) return get("linear");
  if (typeof like === "function") {
    const known = found.find(([, { fn }]) => fn === like);
    return known === undefined
      ? { name: like.name || "custom", head: "custom", call: like }
      : made(known, {});
  }
  if (typeof like === "object" && "call" in like) return like;
  const { name, ...options } = typeof like === "object" ? like : { name: like };
  const known = bySpelling().get(name as string);
  if (known !== undefined) return made(known, options);
  throw new PlumbError("PL4009", {
    asked: `The activation ${showValue(name ?? like)} was asked for`,
    why: `The activations are ${Object.keys(activationRecords).join(", ")}`,
    fix: `${didYouMean(String(name), bySpelling().keys())}Give a name, { name, … } with options, or a function from tensor to tensor`,
  });
}

/**
 * Activations by name: `activations.get("relu").call(x)`. Names are Keras's, in camelCase or snake_case, and stand
 * wherever a layer takes an `activation`; with options they are objects.
 *
 * @example
 * activations.get({ name: "leakyRelu", negativeSlope: 0.1 }).call(tensor([-1, 2])); // [-0.1, 2]
 * new Dense(16, { activation: { name: "gelu", approximate: true } });
 */
export const activations = { get };
