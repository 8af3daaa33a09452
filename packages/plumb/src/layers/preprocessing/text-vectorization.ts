import { PlumbError } from "../../base/errors.ts";
import {
  integer,
  oneOf,
  optional,
  showValue,
  text,
  type Parameter,
  type Parameters,
} from "../../base/parameters.ts";
import { sizeOf, type Shape } from "../../base/shape.ts";
import { tensor, type Nested, type Tensor } from "../../tensor/index.ts";
import { flatten, isText, PreprocessingLayer } from "./preprocessing-layer.ts";
import { indicesOf, requireEncodable } from "./string-lookup.ts";
import { lookupParameters, Vocabulary, type LookupOptions } from "./vocabulary.ts";

type Standardize = "lower_and_strip_punctuation" | "lower" | "strip_punctuation" | ((text: string) => string);
type Split = "whitespace" | "character" | ((text: string) => readonly string[]);

/** What `TextVectorization` takes. */
export interface TextVectorizationOptions extends Pick<
  LookupOptions<string>,
  "name" | "maxTokens" | "vocabulary" | "idfWeights" | "padToMaxTokens"
> {
  /** What is done to each text first; null for nothing. Default `"lower_and_strip_punctuation"`. */
  standardize?: Standardize | "lowerAndStripPunctuation" | "stripPunctuation" | null;
  /** How a text becomes tokens; null where the rows of the input are tokens. Default `"whitespace"`. */
  split?: Split | null;
  /** Runs of tokens, joined by blanks, in place of tokens: of 1 to n of them, or of these lengths. Default none. */
  ngrams?: number | readonly number[] | null;
  /** `"int"` (default), `"multi_hot"`, `"count"` or `"tf_idf"`. */
  outputMode?: "int" | "multi_hot" | "count" | "tf_idf" | "multiHot" | "tfIdf";
  /** Rows are cut or filled up with 0 to this length, in the mode `"int"`. Default: the longest of the call. */
  outputSequenceLength?: number | null;
}

/** A parameter that may also be a function from texts, or null for nothing. */
const orFunction = <T, G, R>(
  named: Parameter<T, G>,
): Parameter<T | ((text: string) => R) | null, G | ((text: string) => R) | null> => ({
  ...named,
  accepts: (value) => value === null || typeof value === "function" || named.accepts(value),
  read: (value) =>
    value === null || typeof value === "function"
      ? (value as ((text: string) => R) | null)
      : (named.read as (value: G) => T)(value),
  words: `${named.words}, a function, or null`,
});

const token = text("", "A token");
const { maxTokens, vocabulary, idfWeights, padToMaxTokens } = lookupParameters(token, "[UNK]");
const width = integer(1, "How many tokens make a run", { min: 1 });

const parameters = {
  maxTokens,
  standardize: orFunction(
    oneOf(
      ["lower_and_strip_punctuation", "lower", "strip_punctuation"],
      "lower_and_strip_punctuation",
      "What is done to each text first",
    ),
  ),
  split: orFunction(oneOf(["whitespace", "character"], "whitespace", "How a text becomes tokens")),
  ngrams: optional<readonly number[], number | readonly number[]>({
    default: [],
    doc: "Runs of tokens in place of tokens",
    accepts: (value) =>
      width.accepts(value) || (Array.isArray(value) && value.length > 0 && value.every(width.accepts)),
    read: (value) => (typeof value === "number" ? Array.from({ length: value }, (_, i) => i + 1) : value),
    words: "a whole number of at least 1, or a list of such",
  }),
  outputMode: oneOf(
    ["int", "multi_hot", "count", "tf_idf"],
    "int",
    "Indices, or vectors over the vocabulary",
  ),
  outputSequenceLength: optional(integer(1, "The length of rows of indices", { min: 1 })),
  padToMaxTokens,
  vocabulary,
  idfWeights,
};

const punctuation = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g;

/** What TensorFlow's `split` takes for blanks: those of ASCII. */
const blanks = /[ \t\n\v\f\r]+/;

/**
 * Texts as numbers of their words: each text is standardised, split into tokens, joined to n-grams where told, and looked
 * up in a vocabulary.
 *
 * In the mode `"int"` a list of texts gives an int32 tensor `[texts, length]`: 0 fills up, 1 stands for unknown tokens, the
 * vocabulary follows. Without `outputSequenceLength` rows are as long as the longest of the call, so that batches of one
 * model need it. In the modes `"multi_hot"`, `"count"` and `"tf_idf"` it gives float32 `[texts, vocabulary]`, index 0 for
 * unknown tokens. One text alone gives one row without the axis of texts; `[texts, 1]` is taken as `[texts]`. With
 * `split: null` rows of tokens come in, `[…, tokens]`, of one length (`""` fills up).
 *
 * Standardising is Keras's: it lowers A to Z and no other letters, and strips the 32 marks of ASCII; splitting is at blanks
 * of ASCII, or into code points. For other scripts give functions, as below. n-grams are ordered by length.
 *
 * The vocabulary is given, or found by `adapt`; `getVocabulary()` is what makes the same layer again, with `idfWeights`
 * where the mode has them. It is no layer of a model: texts are no tensors, so call it on the data before.
 *
 * Errors: PL4004 for options that do not fit together, and for functions that give something else; PL4018 before there is a
 * vocabulary; PL1009 for what is no text; PL4006 for texts on more axes than described. Keras's layer of the same name,
 * dense, without vocabularies in files.
 *
 * @example
 * const words = new TextVectorization({ outputSequenceLength: 4 });
 * words.adapt(["foo bar", "bar baz", "baz bada boom"]);
 * words.getVocabulary(); // ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
 * words.call(["Foo qux bar!", "qux baz"]).arraySync(); // [[4, 1, 3, 0], [1, 2, 0, 0]]
 *
 * @example
 * new TextVectorization({
 *   standardize: (text) => text.toLowerCase().normalize("NFC"),
 *   split: (text) => text.match(/\p{L}+/gu) ?? [],
 * });
 */
export class TextVectorization extends PreprocessingLayer {
  static override readonly className: string = "TextVectorization";
  static override readonly parameters: Parameters = parameters;
  readonly #vocabulary: Vocabulary<string>;

  constructor(options: TextVectorizationOptions = {}) {
    super(options);
    const { outputSequenceLength, ...values } = this.valuesOf(parameters);
    if (outputSequenceLength !== undefined && values.outputMode !== "int")
      throw new PlumbError("PL4004", {
        asked: `The layer "${this.name}" was given outputSequenceLength with outputMode: "${values.outputMode}"`,
        why: "Vectors over the vocabulary are as long as that",
        fix: 'Leave it out, or write outputMode: "int"',
      });
    this.#vocabulary = new Vocabulary({
      name: this.name,
      maxTokens: values.maxTokens,
      numOovIndices: 1,
      maskToken: "",
      oovToken: "[UNK]",
      vocabulary: values.vocabulary,
      idfWeights: values.idfWeights,
      invert: false,
      outputMode: values.outputMode,
      padToMaxTokens: values.padToMaxTokens,
    });
  }

  /**
   * Finds the vocabulary: the most frequent tokens first, of those as frequent the last in the alphabet, `maxTokens` at
   * most. Each entry of `texts` is a document; any iterable will do, and is read once. Errors: PL4004 for a layer that was
   * made with a vocabulary, PL3004 for no tokens.
   */
  adapt(texts: Iterable<Nested<string>>): void {
    this.#vocabulary.adapt(this.#documents(texts));
  }

  *#documents(texts: Iterable<Nested<string>>): Generator<readonly string[]> {
    // A text is an iterable too, of its characters.
    for (const document of isText(texts) ? [texts] : texts) yield this.#rowsOf(document).rows.flat();
  }

  /** The vocabulary, the index of each entry its place; without the first one or two where told. */
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

  /** How many entries the vocabulary has, those for filling up and for unknown tokens included. */
  vocabularySize(): number {
    return this.#vocabulary.size;
  }

  /** Indices or vectors from a text, or nested arrays of texts. */
  override call(texts: Nested<string>): Tensor {
    const { outputMode, outputSequenceLength } = this.valuesOf(parameters);
    const { rows, shape } = this.#rowsOf(texts);
    const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
    const length = outputSequenceLength ?? longest;
    const place = [...shape, length];
    if (outputMode !== "int") requireEncodable(this, outputMode, place);
    // The mask token's index: what fills rows up.
    const indices = new Int32Array(rows.length * length).fill(this.#vocabulary.oovStart - 1);
    rows.forEach((row, i) =>
      indices.set(indicesOf(this.name, this.#vocabulary, row.slice(0, length), 1), i * length),
    );
    return this.#vocabulary.encode(tensor(indices, place));
  }

  /** The tokens of each text, and the axes that the texts lie on. */
  #rowsOf(texts: Nested<string>): { readonly rows: readonly (readonly string[])[]; readonly shape: Shape } {
    const { split } = this.valuesOf(parameters);
    const { values, shape } = flatten(this.name, texts, isText, "texts");
    const last = shape.at(-1) ?? 1;
    if (split === null) {
      const around = shape.slice(0, -1);
      const tokens = values.map((value) => this.#standardized(value));
      const rows = Array.from({ length: sizeOf(around) }, (_, i) => tokens.slice(i * last, (i + 1) * last));
      return { rows: rows.map((row) => this.#joined(row)), shape: around };
    }
    if (shape.length > 1 && last !== 1)
      throw new PlumbError("PL4006", {
        asked: `The layer "${this.name}" was given texts of shape [${shape.join(", ")}]`,
        why: "Each is split into tokens, which take the last axis",
        fix: "Give a list of texts, or split: null if they are tokens already",
      });
    return {
      rows: values.map((value) => this.#joined(this.#tokensOf(this.#standardized(value)))),
      shape: shape.length > 1 ? shape.slice(0, -1) : shape,
    };
  }

  #standardized(given: string): string {
    const { standardize } = this.valuesOf(parameters);
    if (standardize === null) return given;
    if (typeof standardize === "function") {
      const made: unknown = standardize(given);
      if (isText(made)) return made;
      throw this.#strange("standardize", made, "a text");
    }
    const lowered = standardize === "strip_punctuation" ? given : lower(given);
    return standardize === "lower" ? lowered : lowered.replace(punctuation, "");
  }

  #tokensOf(given: string): readonly string[] {
    const { split } = this.valuesOf(parameters);
    if (split === "character") return [...given];
    if (typeof split !== "function") return given.split(blanks).filter((word) => word !== "");
    const made: unknown = split(given);
    if (Array.isArray(made) && made.every(isText)) return made;
    throw this.#strange("split", made, "a list of texts");
  }

  /** Runs of tokens where they were asked for: all of the first length, then all of the next. */
  #joined(tokens: readonly string[]): readonly string[] {
    const { ngrams } = this.valuesOf(parameters);
    if (ngrams === undefined) return tokens;
    return ngrams.flatMap((width) =>
      Array.from({ length: Math.max(0, tokens.length - width + 1) }, (_, i) =>
        tokens.slice(i, i + width).join(" "),
      ),
    );
  }

  #strange(option: string, made: unknown, wanted: string): PlumbError {
    return new PlumbError("PL4004", {
      asked: `The function ${option} of the layer "${this.name}" gave ${showValue(made)}`,
      why: `It is to give ${wanted} for each text`,
      fix: `Return ${wanted}`,
    });
  }
}

const lower = (given: string): string => given.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
