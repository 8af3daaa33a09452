import { PlumbError } from "../../base/errors.ts";
import { integer, type Parameters } from "../../base/parameters.ts";
import {
  asTensor,
  checked,
  gather,
  maximum,
  tensor,
  Variable,
  where,
  zeros,
  type Tensor,
  type TensorLike,
} from "../../tensor/index.ts";
import { encodingNeeds, firstOf, wholeNumbers } from "./encoding.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";
import { lookupParameters, Vocabulary, type LookupOptions } from "./vocabulary.ts";

/** What `IntegerLookup` takes. */
export type IntegerLookupOptions = LookupOptions<number> & LayerOptions;

const [least, most] = [-(2 ** 31), 2 ** 31 - 1];

const parameters = lookupParameters(integer(0, "A token", { min: least, max: most }), -1);

/** The vocabulary where the engine can search it. */
interface Table {
  /** All tokens in rising order, filled up with the last to a length of 2ᵏ − 1. */
  readonly keys: Variable;
  /** The index of each of `keys`. */
  readonly indices: Variable;
  /** All entries by index. */
  readonly entries: Variable;
}

/**
 * Whole numbers, such as ids with gaps, as their numbers in a vocabulary.
 *
 * In the mode `"int"` the output is int32 in the shape of the input. Index 0 is the mask token's where there is one, then
 * come `numOovIndices` for unknown numbers (several: by the remainder x mod `numOovIndices`, which is never negative), then
 * the vocabulary. In the other modes there are float32 vectors over the vocabulary as in `CategoryEncoding`, without the
 * mask token; `"tf_idf"` multiplies counts by ln(1 + documents / (1 + documents that have the token)), unknown ones by the
 * mean of that. With `invert`, indices give tokens, and `oovToken` (−1) where there is none.
 *
 * The vocabulary is given, or found by `adapt` before the first call; `getVocabulary()` is what makes the same layer again,
 * with `idfWeights` where the mode has them. It is searched by halving, in ⌈log₂ n⌉ steps.
 *
 * Tokens and inputs are whole numbers that int32 holds (Keras: int64); give int32 tensors, as float32 holds them up to 2²⁴
 * only. Errors: PL4004 for options that do not fit together, a token twice, or more than `maxTokens`; PL4018 before there is
 * a vocabulary; PL3015 for an unknown number with `numOovIndices: 0`, or what is no whole number, which names the first;
 * PL4007 for a vocabulary of another size after the first call; PL4006 as in `CategoryEncoding`. Keras's layer of the same
 * name, dense, without vocabularies in files.
 *
 * @example
 * const shops = new IntegerLookup({ vocabulary: [12, 36, 1138, 42] });
 * shops.call(tensor([[12, 1138, 42], [42, 1000, 36]])).arraySync(); // [[1, 3, 4], [4, 0, 2]]
 * new IntegerLookup({ vocabulary: shops.getVocabulary(), invert: true }).call(tensor([[4, 0]])).arraySync(); // [[42, -1]]
 */
export class IntegerLookup extends Layer {
  static override readonly className: string = "IntegerLookup";
  static override readonly takesList: boolean = false;
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { vocabulary: [3, 0, 7, 5] }, inputs: [2, 3], integersBelow: 9 },
    { options: { vocabulary: [2] }, inputs: [1, 1], integersBelow: 3 },
    { options: { vocabulary: [0, 1, 2], numOovIndices: 0 }, inputs: [1, 2, 2], integersBelow: 3 },
    { options: { vocabulary: [4, 1, 3], numOovIndices: 3, maskToken: 0 }, inputs: [5, 2], integersBelow: 11 },
    { options: { vocabulary: [5, 9, 1], invert: true, maskToken: 0 }, inputs: [2, 4], integersBelow: 7 },
    {
      options: { vocabulary: [4, 1], outputMode: "one_hot", padToMaxTokens: true, maxTokens: 5 },
      inputs: [3, 1],
      integersBelow: 5,
    },
    {
      options: { vocabulary: [4, 1], outputMode: "multi_hot", maskToken: 2 },
      inputs: [2, 4],
      integersBelow: 5,
    },
    {
      options: { vocabulary: [4, 1], outputMode: "tf_idf", idfWeights: [0.25, 0.75] },
      inputs: [2, 6],
      integersBelow: 6,
    },
  ];
  readonly #vocabulary: Vocabulary<number>;
  #table?: Table;

  constructor(options: IntegerLookupOptions = {}) {
    super(options);
    this.#vocabulary = new Vocabulary({ ...this.valuesOf(parameters), name: this.name });
    if (this.valuesOf(parameters).vocabulary !== undefined) this.#fillTable();
  }

  /**
   * Finds the vocabulary: the most frequent numbers first, of those as frequent the largest, `maxTokens` at most. Each row
   * of `data` is a document. Errors: PL4004 for a layer that was made with a vocabulary, PL3004 for no tokens, PL3015 for
   * what is no whole number, PL4007 for a vocabulary of another size after the first call.
   */
  adapt(data: TensorLike): void {
    const given = asTensor(data, "float64");
    const tokens = [...wholeNumbers(given, least, most, this.#noToken).dataSync()];
    const documents = given.rank === 0 ? 1 : given.shape[0];
    const length = documents === 0 ? 0 : tokens.length / documents;
    this.#vocabulary.adapt(
      Array.from({ length: documents }, (_, i) => tokens.slice(i * length, (i + 1) * length)),
    );
    this.#fillTable();
  }

  /** The vocabulary, the index of each entry its place; without mask and unknown tokens where told. */
  getVocabulary({ includeSpecialTokens = true }: { includeSpecialTokens?: boolean } = {}): number[] {
    return this.#vocabulary.get(includeSpecialTokens);
  }

  /** Puts a vocabulary in, in place of the one there is; with `idfWeights` in the mode `"tf_idf"`. PL4004 as in `new`. */
  setVocabulary(vocabulary: readonly number[], idfWeights?: readonly number[]): void {
    this.#vocabulary.set(vocabulary, idfWeights);
    this.#fillTable();
  }

  /** What counts are multiplied by, for all entries of the vocabulary; undefined in other modes than `"tf_idf"`. */
  get idfWeights(): number[] | undefined {
    return this.#vocabulary.idfWeights;
  }

  /** How many entries the vocabulary has, mask and unknown tokens included. */
  vocabularySize(): number {
    return this.#vocabulary.size;
  }

  #fillTable(): void {
    const { tokens, special } = this.#vocabulary;
    const rising = tokens.map((token, i) => [token, special.length + i] as const).sort(([a], [b]) => a - b);
    const last = rising[rising.length - 1];
    const length = 2 ** Math.ceil(Math.log2(rising.length + 1)) - 1;
    while (rising.length < length) rising.push(last);
    const columns = {
      keys: rising.map(([token]) => token),
      indices: rising.map(([, index]) => index),
      entries: this.#vocabulary.get(true),
    };
    const before = this.#table;
    const put = (name: keyof Table): Variable => {
      const values = tensor(Int32Array.from(columns[name]));
      const variable = before?.[name];
      if (variable?.size !== values.size) return new Variable(values, { name, trainable: false });
      variable.assign(values);
      return variable;
    };
    this.#table = { keys: put("keys"), indices: put("indices"), entries: put("entries") };
  }

  readonly #noToken = (first: string): PlumbError =>
    new PlumbError("PL3015", {
      asked: `The layer "${this.name}" looks up whole numbers from ${least} to ${most}${this.valuesOf(parameters).numOovIndices === 0 ? " that are in its vocabulary" : ""}`,
      arrived: `The first that is none is ${first}`,
      why: "There is no index for it",
      fix: "Put it into the vocabulary, or give numOovIndices: 1; other numbers go through Discretization",
    });

  protected override needs(inputShape: BatchShape): string | undefined {
    return encodingNeeds(this.valuesOf(parameters).outputMode, inputShape);
  }

  override call(x: Tensor): Tensor {
    const { size } = this.#vocabulary;
    // It has a table: `size` errors where there is no vocabulary.
    const { keys, indices, entries } = this.#table as Table;
    this.#vocabulary.fix();
    const { invert, oovToken } = this.valuesOf(parameters);
    const given = wholeNumbers(x, least, most, this.#noToken);
    if (!invert) return this.#vocabulary.encode(this.#indicesOf(given, keys.read(), indices.read()));
    const known = given.greaterEqual(0).logicalAnd(given.less(size));
    return where(known, gather(entries.read(), given), oovToken).cast("int32");
  }

  #indicesOf(x: Tensor, keys: Tensor, indices: Tensor): Tensor {
    const { maskToken, numOovIndices } = this.valuesOf(parameters);
    const { oovStart } = this.#vocabulary;
    // How many keys are at most x: the answer grows from its highest bit down, so that it stays within the keys.
    let count = zeros(x.shape, "int32");
    for (let bit = (keys.size + 1) / 2; bit >= 1; bit /= 2) {
      const more = count.add(bit);
      count = where(gather(keys, more.sub(1)).lessEqual(x), more, count);
    }
    const place = maximum(count.sub(1), 0);
    const isKnown = gather(keys, place).equal(x);
    const found = where(isKnown, gather(indices, place), this.#unknown(x));
    const isMask = maskToken === undefined ? undefined : x.equal(maskToken);
    const all = isMask === undefined ? found : where(isMask, oovStart - 1, found);
    if (numOovIndices > 0) return all;
    const lookup = this.#vocabulary.lookup();
    const isTaken = isMask?.logicalOr(isKnown) ?? isKnown;
    return checked(all, isTaken, [x], ([values]) =>
      this.#noToken(firstOf(values, x.shape, (value) => lookup(value) === undefined)),
    );
  }

  /** The indices of unknown numbers. */
  #unknown(x: Tensor): Tensor {
    const { numOovIndices } = this.valuesOf(parameters);
    const { oovStart } = this.#vocabulary;
    if (numOovIndices <= 1) return x.mul(0).add(oovStart);
    // In float64 the quotient of two int32 numbers never rounds up to the next whole one.
    const wide = x.cast("float64");
    const quotient = wide.div(numOovIndices).floor();
    return wide.sub(quotient.mul(numOovIndices)).cast("int32").add(oovStart);
  }
}
