import { PlumbError } from "../../base/errors.ts";
import { text, type Parameters } from "../../base/parameters.ts";
import type { Shape } from "../../base/shape.ts";
import { Tensor, tensor, type Nested } from "../../tensor/index.ts";
import { encodingNeeds } from "./encoding.ts";
import { fingerprint64 } from "./hashes.ts";
import { flatten, isText, nest, PreprocessingLayer } from "./preprocessing-layer.ts";
import { showBatchShape } from "../shapes.ts";
import { lookupParameters, Vocabulary, type LookupOptions } from "./vocabulary.ts";

/** What `StringLookup` takes. */
export type StringLookupOptions = LookupOptions<string>;

const parameters = lookupParameters(text("", "A token"), "[UNK]");

/** The index of each token: of those unknown, one of several by their fingerprint, or an error where there is none. */
export function indicesOf(
  name: string,
  vocabulary: Vocabulary<string>,
  tokens: readonly string[],
  numOovIndices: number,
): Int32Array {
  const lookup = vocabulary.lookup();
  const unknown = (token: string, i: number): number => {
    if (numOovIndices === 0)
      throw new PlumbError("PL3015", {
        asked: `The layer "${name}" looks up ${vocabulary.size} tokens`,
        arrived: `The first that is none of them is ${JSON.stringify(token)}, number ${i} of ${tokens.length}`,
        why: "numOovIndices: 0 leaves no index for unknown tokens",
        fix: "Put the token into the vocabulary, or give numOovIndices: 1",
      });
    const bucket = numOovIndices === 1 ? 0 : Number(fingerprint64(token) % BigInt(numOovIndices));
    return vocabulary.oovStart + bucket;
  };
  return Int32Array.from(tokens, (token, i) => lookup(token) ?? unknown(token, i));
}

/**
 * Texts as their numbers in a vocabulary, whole texts as they are: names, categories, words that are already split.
 *
 * In the mode `"int"` nested arrays of texts give an int32 tensor of their shape. Index 0 is the mask token's where there
 * is one, then come `numOovIndices` for unknown texts, then the vocabulary. In the other modes there are float32 vectors
 * over the vocabulary as in `CategoryEncoding`, without the mask token; `"tf_idf"` multiplies counts by
 * ln(1 + documents / (1 + documents that have the token)), unknown tokens by the mean of that. Unknown texts that share
 * several indices are spread by their FarmHash64, with Keras's numbers. With `invert`, indices (a tensor or nested arrays)
 * give nested arrays of texts, and `oovToken` where there is none.
 *
 * The vocabulary is given, or found by `adapt`; `getVocabulary()` is what makes the same layer again, with `idfWeights`
 * where the mode has them. It is no layer of a model: texts are no tensors, so call it on the data before.
 *
 * Errors: PL4004 for options that do not fit together, a token twice, or more than `maxTokens`; PL4018 before there is a
 * vocabulary; PL3015 for an unknown token with `numOovIndices: 0`, which names the first; PL1009 for what is no text;
 * PL4006 as in `CategoryEncoding`. Keras's layer of the same name, dense, without vocabularies in files.
 *
 * @example
 * const colors = new StringLookup({ vocabulary: ["red", "green", "blue"] });
 * colors.call([["blue", "red"], ["pink", "green"]]).arraySync(); // [[3, 1], [0, 2]]
 *
 * @example
 * const cities = new StringLookup({ outputMode: "one_hot" });
 * cities.adapt(["Oslo", "Lima", "Lima"]);
 * cities.getVocabulary(); // ["[UNK]", "Lima", "Oslo"]
 * cities.call(["Oslo", "Rome"]).arraySync(); // [[0, 0, 1], [1, 0, 0]]
 */
export class StringLookup extends PreprocessingLayer {
  static override readonly className: string = "StringLookup";
  static override readonly parameters: Parameters = parameters;
  readonly #vocabulary: Vocabulary<string>;

  constructor(options: StringLookupOptions = {}) {
    super(options);
    this.#vocabulary = new Vocabulary({ ...this.valuesOf(parameters), name: this.name });
  }

  /**
   * Finds the vocabulary: the most frequent texts first, of those as frequent the last in the alphabet, `maxTokens` at
   * most. Each entry of `data` is a document, a text or nested arrays of them; any iterable will do, and is read once.
   * Errors: PL4004 for a layer that was made with a vocabulary, PL3004 for no tokens.
   */
  adapt(data: Iterable<Nested<string>>): void {
    this.#vocabulary.adapt(documentsOf(this.name, data));
  }

  /** The vocabulary, the index of each entry its place; without mask and unknown tokens where told. */
  getVocabulary({ includeSpecialTokens = true }: { includeSpecialTokens?: boolean } = {}): string[] {
    return this.#vocabulary.get(includeSpecialTokens);
  }

  /** Puts a vocabulary in, in place of the one there is; with `idfWeights` in the mode `"tf_idf"`. PL4004 as in `new`. */
  setVocabulary(vocabulary: readonly string[], idfWeights?: readonly number[]): void {
    this.#vocabulary.set(vocabulary, idfWeights);
  }

  /** What counts are multiplied by, for all entries of the vocabulary; undefined in other modes than `"tf_idf"`. */
  get idfWeights(): number[] | undefined {
    return this.#vocabulary.idfWeights;
  }

  /** How many entries the vocabulary has, mask and unknown tokens included. */
  vocabularySize(): number {
    return this.#vocabulary.size;
  }

  /** Indices or vectors from texts; with `invert`, texts from indices. */
  override call(texts: Nested<string>): Tensor;
  override call(indices: Tensor | Nested<number>): Nested<string>;
  override call(inputs: Nested<string> | Tensor | Nested<number>): Tensor | Nested<string> {
    const { invert, outputMode, numOovIndices } = this.valuesOf(parameters);
    if (invert) return this.#textsOf(inputs as Tensor | Nested<number>);
    const { values, shape } = flatten(this.name, inputs as Nested<string>, isText, "texts");
    // One text alone is a sample of one where vectors are asked for.
    const place = shape.length === 0 && outputMode !== "int" ? [1] : shape;
    if (outputMode !== "int") requireEncodable(this, outputMode, place);
    return this.#vocabulary.encode(
      tensor(indicesOf(this.name, this.#vocabulary, values, numOovIndices), place),
    );
  }

  #textsOf(given: Tensor | Nested<number>): Nested<string> {
    const { oovToken } = this.valuesOf(parameters);
    const entries = this.getVocabulary();
    const indices = given instanceof Tensor ? given : tensor(given, undefined, "int32");
    return nest(
      Array.from(indices.dataSync(), (index) => entries[index] ?? oovToken),
      indices.shape,
    );
  }
}

/** PL4006 where indices of a shape cannot be given out as vectors. */
export function requireEncodable(layer: PreprocessingLayer, outputMode: string, shape: Shape): void {
  const needs = encodingNeeds(outputMode, shape);
  if (needs === undefined) return;
  throw new PlumbError("PL4006", {
    asked: `The layer "${layer.name}" was given tokens of shape ${showBatchShape(shape)}`,
    why: `The layer needs ${needs}`,
    fix: 'Reshape the input, or use outputMode: "int"',
  });
}

/** What `adapt` counts in: the texts of each entry. */
function* documentsOf(name: string, data: Iterable<Nested<string>>): Generator<readonly string[]> {
  // A text is an iterable too, of its characters.
  for (const document of isText(data) ? [data] : data) yield flatten(name, document, isText, "texts").values;
}
