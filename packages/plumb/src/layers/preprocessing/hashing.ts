import { PlumbError } from "../../base/errors.ts";
import {
  integer,
  listOf,
  oneOf,
  optional,
  required,
  type Parameter,
  type Parameters,
} from "../../base/parameters.ts";
import { Tensor, tensor, type Nested } from "../../tensor/index.ts";
import { encode, encodings, firstOf, type EncodingMode } from "./encoding.ts";
import { fingerprint64, sipHash } from "./hashes.ts";
import { flatten, isText, PreprocessingLayer, type Flat } from "./preprocessing-layer.ts";
import { requireEncodable } from "./string-lookup.ts";

/** What `Hashing` takes. */
export interface HashingOptions {
  /** Unset: `hashing`. */
  name?: string;
  /** How many bins there are, that of the mask value included. */
  numBins: number;
  /** The value that stands for nothing, and has bin 0 to itself. Default none. */
  maskValue?: string | number | null;
  /** The key of another hash, one number or two, for bins that nobody can foretell. Default none. */
  salt?: number | readonly [number, number] | null;
  /** `"int"` (default), `"one_hot"`, `"multi_hot"` or `"count"`. */
  outputMode?: "int" | EncodingMode | "multiHot" | "oneHot";
}

type Value = string | number;

const isValue = (value: unknown): value is Value => isText(value) || Number.isSafeInteger(value);

const key = integer(0, "Half of the key", { min: 0 });
const keyPair = listOf(key);
const saltParameter: Parameter<readonly number[], number | readonly number[]> = {
  default: [],
  doc: "The key of another hash",
  accepts: (value) => key.accepts(value) || (keyPair.accepts(value) && (value as unknown[]).length === 2),
  read: (value) => (typeof value === "number" ? [value, value] : value),
  words: "a whole number of at least 0, or a list of two",
};

const parameters = {
  numBins: required(integer(1, "How many bins there are", { min: 1 })),
  maskValue: optional<Value, Value>({
    default: "",
    doc: "The value that stands for nothing",
    accepts: isValue,
    words: "a text or a whole number",
  }),
  salt: optional(saltParameter),
  outputMode: oneOf(["int", ...encodings], "int", "The number of the bin, or vectors of bins"),
};

/**
 * Texts or whole numbers as one of `numBins` bins, by their hash: categories without a vocabulary. Different values may
 * share a bin.
 *
 * The bin is FarmHash64 of the text modulo `numBins`, of a number that of its decimal digits; with a `salt`, SipHash-2-4
 * with the key [salt, salt], or the two numbers given. With a mask value, that has bin 0 and the others share the rest.
 * The bins are Keras's.
 *
 * `"int"`: nested arrays of values, or an int32 tensor, give an int32 tensor of their shape; the other modes float32 vectors
 * over the bins, as in `CategoryEncoding`. It hashes on the host and is no layer of a model: call it on the data before.
 *
 * Errors: PL4004 for options, PL1009 for what is neither a text nor a whole number (Keras cuts fractions off), PL4006 as in
 * `CategoryEncoding`. Keras's layer of the same name, dense only.
 *
 * @example
 * new Hashing({ numBins: 3 }).call([["A"], ["B"], ["C"], ["D"], ["E"]]).arraySync(); // [[1], [0], [1], [1], [2]]
 */
export class Hashing extends PreprocessingLayer {
  static override readonly className: string = "Hashing";
  static override readonly parameters: Parameters = parameters;

  constructor(options: HashingOptions) {
    super(options);
  }

  /** Bins, or vectors over them. */
  override call(inputs: Nested<Value> | Tensor): Tensor {
    const { outputMode, numBins } = this.valuesOf(parameters);
    const { values, shape } =
      inputs instanceof Tensor
        ? this.#valuesOf(inputs)
        : flatten(this.name, inputs, isValue, "texts or whole numbers");
    const place = shape.length === 0 && outputMode !== "int" ? [1] : shape;
    if (outputMode !== "int") requireEncodable(this, outputMode, place);
    const bins = tensor(
      Int32Array.from(values, (value) => this.#binOf(value)),
      place,
    );
    return outputMode === "int" ? bins : encode(bins, outputMode, numBins);
  }

  #valuesOf(x: Tensor): Flat<Value> {
    const values = x.dataSync();
    const isFraction = (value: number): boolean => !Number.isSafeInteger(value);
    if (values.some(isFraction))
      throw new PlumbError("PL1009", {
        asked: `The layer "${this.name}" was called with a tensor`,
        arrived: `There is ${firstOf(values, x.shape, isFraction)}`,
        why: "It hashes whole numbers",
        fix: "Round them, or make bins of them with Discretization",
      });
    return { values: [...values], shape: x.shape };
  }

  #binOf(value: Value): number {
    const { numBins, maskValue, salt } = this.valuesOf(parameters);
    // A single bin is everybody's.
    const masks = maskValue !== undefined && numBins > 1;
    if (masks && value === maskValue) return 0;
    const hash =
      salt === undefined
        ? fingerprint64(String(value))
        : sipHash(String(value), [BigInt(salt[0]), BigInt(salt[1])]);
    return masks ? 1 + Number(hash % BigInt(numBins - 1)) : Number(hash % BigInt(numBins));
  }
}
