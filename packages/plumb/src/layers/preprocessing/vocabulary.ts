/**
 * Tokens and their indices: what StringLookup, IntegerLookup and TextVectorization have in common. The order is Keras's:
 * the mask token where indices are given out as they are, then the places of unknown tokens, then the tokens that are
 * known, the most frequent first.
 */
import { PlumbError } from "../../base/errors.ts";
import {
  flag,
  integer,
  listOf,
  oneOf,
  optional,
  real,
  showValue,
  type Parameter,
} from "../../base/parameters.ts";
import { tensor, Variable, type Tensor } from "../../tensor/index.ts";
import { encode, encodings, type EncodingMode } from "./encoding.ts";

/** How a lookup gives its indices out. */
export const lookupModes = ["int", ...encodings, "tf_idf"] as const;
/** How lookups give indices out: as they are, as vectors, or as counts weighted by how rare a token is. */
export type LookupMode = "int" | EncodingMode | "tf_idf";
/** The same as callers may write it. */
export type LookupModeLike = LookupMode | "oneHot" | "multiHot" | "tfIdf";

/** What lookups of tokens take. */
export interface LookupOptions<T> {
  /** Unset: the class's name in snake_case. */
  name?: string;
  /** The size of the vocabulary at most, mask and unknown tokens included. Default none. */
  maxTokens?: number | null;
  /** How many indices unknown tokens share. 0 makes them an error. Default 1. */
  numOovIndices?: number;
  /** The token that stands for nothing: index 0 in the mode `"int"`, left out in the others. Default none. */
  maskToken?: T | null;
  /** What inverted lookups give for indices of unknown tokens. */
  oovToken?: T;
  /** The tokens that are known, with or without the special ones in front. Default: found by `adapt`. */
  vocabulary?: readonly T[] | null;
  /** What counts are multiplied by, one for each entry of `vocabulary`, in the mode `"tf_idf"`. */
  idfWeights?: readonly number[] | null;
  /** From indices to tokens instead. Default false. */
  invert?: boolean;
  /** `"int"` (default), `"one_hot"`, `"multi_hot"`, `"count"` or `"tf_idf"`. */
  outputMode?: LookupModeLike;
  /** Vectors as long as `maxTokens`, however many tokens there are. Default false. */
  padToMaxTokens?: boolean;
}

/** The parameters of a lookup of tokens, which `token` checks. */
export const lookupParameters = <T>(token: Parameter<T>, oovToken: T) => ({
  maxTokens: optional(integer(2, "The size of the vocabulary at most", { min: 2 })),
  numOovIndices: integer(1, "How many indices unknown tokens share", { min: 0 }),
  maskToken: optional({ ...token, doc: "The token that stands for nothing" }),
  oovToken: { ...token, default: oovToken, doc: "What inverted lookups give for unknown tokens" },
  vocabulary: optional(listOf({ ...token, doc: "The tokens that are known" })),
  idfWeights: optional(listOf(real(0, "What the counts of tokens are multiplied by"))),
  invert: flag(false, "From indices to tokens instead"),
  outputMode: oneOf(lookupModes, "int", "Indices, or vectors over the vocabulary"),
  padToMaxTokens: flag(false, "Vectors as long as maxTokens, however many tokens there are"),
});

/** The values of `lookupParameters`, and what the vocabulary says and does for whom. */
export interface VocabularySettings<T> {
  /** The layer's name, for messages. */
  readonly name: string;
  readonly maxTokens: number | undefined;
  readonly numOovIndices: number;
  readonly maskToken: T | undefined;
  readonly oovToken: T;
  readonly vocabulary: readonly T[] | undefined;
  readonly idfWeights: readonly number[] | undefined;
  readonly invert: boolean;
  readonly outputMode: LookupMode;
  readonly padToMaxTokens: boolean;
}

/** Which tokens have which index, and how indices are given out. */
export class Vocabulary<T extends string | number> {
  readonly #settings: VocabularySettings<T>;
  /** What stands in front of the tokens that are known. */
  readonly special: readonly T[];
  /** 1 where index 0 is the mask token's. */
  readonly oovStart: number;
  #indices?: ReadonlyMap<T, number>;
  #idf?: Variable;
  #isFixed = false;

  constructor(settings: VocabularySettings<T>) {
    this.#settings = settings;
    const { maskToken, oovToken, numOovIndices, outputMode, vocabulary, idfWeights } = settings;
    this.oovStart = maskToken !== undefined && outputMode === "int" ? 1 : 0;
    this.special = [
      ...(this.oovStart === 1 ? [maskToken as T] : []),
      ...Array.from({ length: numOovIndices }, () => oovToken),
    ];
    const wrong = this.#contradiction();
    if (wrong !== undefined)
      throw new PlumbError("PL4004", {
        asked: `The layer "${settings.name}" was given ${wrong.given}`,
        why: wrong.why,
        fix: wrong.fix,
      });
    if (vocabulary !== undefined) this.set(vocabulary, idfWeights);
  }

  /** What is wrong with the options taken together. */
  #contradiction(): { given: string; why: string; fix: string } | undefined {
    const { maxTokens, outputMode, invert, vocabulary, idfWeights, padToMaxTokens } = this.#settings;
    const inMode = `outputMode: "${outputMode}"`;
    if (invert && outputMode !== "int")
      return {
        given: `invert: true with ${inMode}`,
        why: "From indices to tokens there is one way",
        fix: 'Leave one of the two out, or write outputMode: "int"',
      };
    if (idfWeights !== undefined && (outputMode !== "tf_idf" || vocabulary === undefined))
      return {
        given: `idfWeights ${outputMode === "tf_idf" ? "without a vocabulary" : `with ${inMode}`}`,
        why: 'They go with the tokens of a vocabulary, in the mode "tf_idf"',
        fix: "Give both, or leave them to adapt",
      };
    if (outputMode === "tf_idf" && vocabulary !== undefined && idfWeights === undefined)
      return {
        given: "a vocabulary without idfWeights",
        why: 'In the mode "tf_idf" counts are multiplied by them',
        fix: "Give one for each token, or leave the vocabulary out and call adapt",
      };
    if (maxTokens === undefined && padToMaxTokens)
      return {
        given: "padToMaxTokens without maxTokens",
        why: "It is the length to fill up to",
        fix: "Give maxTokens",
      };
    if (maxTokens !== undefined && maxTokens <= this.special.length)
      return {
        given: `maxTokens: ${maxTokens}`,
        why: `Mask and unknown tokens take ${this.special.length} of them, so that none is left to be known`,
        fix: `Give at least ${this.special.length + 1}`,
      };
    return undefined;
  }

  /** The index of each token that is known, in the order of the indices. PL4018 where there are none yet. */
  get #known(): ReadonlyMap<T, number> {
    if (this.#indices === undefined)
      throw new PlumbError("PL4018", {
        asked: `The vocabulary of the layer "${this.#settings.name}" was needed`,
        why: "It has none yet",
        fix: "Call adapt with the training data before, or make it with a vocabulary",
      });
    return this.#indices;
  }

  /** The tokens that are known, in the order of their indices. */
  get tokens(): readonly T[] {
    return [...this.#known.keys()];
  }

  /** All entries, so that the index of each is its place; without the special ones where told. */
  get(includeSpecialTokens: boolean): T[] {
    return includeSpecialTokens ? [...this.special, ...this.tokens] : [...this.tokens];
  }

  /** How many entries there are, the special ones included. */
  get size(): number {
    return this.special.length + this.#known.size;
  }

  /** The length of vectors over the vocabulary. */
  get depth(): number {
    const { padToMaxTokens, maxTokens } = this.#settings;
    return padToMaxTokens && maxTokens !== undefined ? maxTokens : this.size;
  }

  /** What the counts of all entries are multiplied by; undefined where they are not. */
  get idfWeights(): number[] | undefined {
    return this.#idf && [...this.#idf.dataSync().subarray(0, this.size)];
  }

  /** From now on the size stays: compiled functions hold it. */
  fix(): void {
    this.#isFixed = true;
  }

  /** A function to indices of tokens: −1 for the mask token where it is left out, undefined for one that is unknown. */
  lookup(): (token: T) => number | undefined {
    const known = this.#known;
    const { maskToken } = this.#settings;
    return (token) => (token === maskToken ? this.oovStart - 1 : known.get(token));
  }

  /** Indices, int32, as the mode has it. */
  encode(indices: Tensor): Tensor {
    const { outputMode } = this.#settings;
    if (outputMode === "int") return indices;
    if (outputMode !== "tf_idf") return encode(indices, outputMode, this.depth);
    return encode(indices, "count", this.depth).mul((this.#idf as Variable).read());
  }

  /** Takes these tokens in place of those it had. They may begin with the special ones, all of them. */
  set(vocabulary: readonly T[], idfWeights?: readonly number[]): void {
    const { maskToken, oovToken, invert, maxTokens, outputMode } = this.#settings;
    const { special } = this;
    const withSpecial = special.length > 0 && special.every((token, i) => token === vocabulary[i]);
    const tokens = withSpecial ? vocabulary.slice(special.length) : vocabulary;
    if (tokens.length === 0)
      throw this.#refuse("has no tokens", "Nothing would be known", "Give at least one token");
    const met = new Set<T>();
    const repeated = tokens.find((token) => met.size === met.add(token).size);
    if (repeated !== undefined)
      throw this.#refuse(
        `has ${showValue(repeated)} twice`,
        "A token has one index",
        "Give each token once: [...new Set(tokens)]",
      );
    const misplaced = [maskToken, ...(invert ? [oovToken] : [])].find(
      (token) => token !== undefined && tokens.includes(token),
    );
    if (misplaced !== undefined)
      throw this.#refuse(
        `has ${showValue(misplaced)} among its tokens`,
        "It is one of the special tokens",
        `Leave it out, or begin with all of them: ${showValue([...special])}`,
      );
    if (maxTokens !== undefined && tokens.length + special.length > maxTokens)
      throw this.#refuse(
        `has ${tokens.length} tokens, and ${special.length} special ones`,
        `maxTokens is ${maxTokens}`,
        "Leave the rarest out, or raise maxTokens",
      );
    if ((outputMode === "tf_idf") !== (idfWeights !== undefined))
      throw this.#refuse(
        `came ${idfWeights === undefined ? "without" : "with"} idfWeights`,
        `Counts are multiplied by them in the mode "tf_idf", and only there; this one is "${outputMode}"`,
        idfWeights === undefined ? "Give one for each entry" : "Leave them out",
      );
    if (idfWeights !== undefined && idfWeights.length !== vocabulary.length)
      throw this.#refuse(
        `has ${vocabulary.length} entries, and ${idfWeights.length} idfWeights`,
        "Each entry has one",
        "Give as many",
      );
    this.#commit(tokens, idfWeights && (withSpecial ? idfWeights : this.#padded(idfWeights)));
  }

  /**
   * Takes the most frequent tokens of the documents, as many as `maxTokens` leaves room for; of tokens that are as
   * frequent, those that come last in the alphabet (the largest numbers), as Keras does.
   */
  adapt(documents: Iterable<readonly T[]>): void {
    const { name, maskToken, oovToken, vocabulary, maxTokens, outputMode } = this.#settings;
    if (vocabulary !== undefined)
      throw new PlumbError("PL4004", {
        asked: `adapt was called on the layer "${name}"`,
        why: "It was made with a vocabulary",
        fix: "Leave adapt out, make the layer without a vocabulary, or put another in with setVocabulary",
      });
    interface Count {
      tokens: number;
      documents: number;
      /** The document that it was last seen in. */
      last: number;
    }
    const counts = new Map<T, Count>();
    let seen = 0;
    for (const document of documents) {
      seen++;
      for (const token of document) {
        const count = counts.get(token) ?? { tokens: 0, documents: 0, last: 0 };
        counts.set(token, count);
        count.tokens++;
        if (count.last < seen) count.documents++;
        count.last = seen;
      }
    }
    if (maskToken !== undefined) counts.delete(maskToken);
    counts.delete(oovToken);
    if (counts.size === 0)
      throw new PlumbError("PL3004", {
        asked: `The layer "${name}" was to find tokens in ${seen} documents`,
        why: "There are none",
        fix: "Give adapt the training data",
      });
    const kept = [...counts]
      .sort(([a, { tokens: countA }], [b, { tokens: countB }]) => countB - countA || -compare(a, b))
      .slice(0, maxTokens === undefined ? undefined : maxTokens - this.special.length);
    const idf = kept.map(([, { documents: having }]) => Math.log(1 + seen / (1 + having)));
    this.#commit(
      kept.map(([token]) => token),
      outputMode === "tf_idf" ? this.#padded(idf) : undefined,
    );
  }

  /** Weights with their mean in front, for unknown tokens, of which nothing is known. */
  #padded(idf: readonly number[]): number[] {
    const mean = idf.reduce((sum, weight) => sum + weight, 0) / idf.length;
    return [...this.special.map(() => mean), ...idf];
  }

  #commit(tokens: readonly T[], idf: readonly number[] | undefined): void {
    if (this.#isFixed && tokens.length !== this.#indices?.size)
      throw new PlumbError("PL4007", {
        asked: `The layer "${this.#settings.name}" was to have ${tokens.length} tokens`,
        arrived: `It was already called with ${this.#indices?.size}`,
        why: "Compiled functions hold its shapes",
        fix: "Set the vocabulary before the first call, or make a new layer",
      });
    this.#indices = new Map(tokens.map((token, i) => [token, this.special.length + i]));
    if (idf === undefined) return;
    const weights = tensor([...idf, ...Array.from({ length: this.depth - idf.length }, () => 0)]);
    if (this.#idf?.size === weights.size) this.#idf.assign(weights);
    else this.#idf = new Variable(weights, { trainable: false });
  }

  #refuse(what: string, why: string, fix: string): PlumbError {
    return new PlumbError("PL4004", {
      asked: `The vocabulary for the layer "${this.#settings.name}" ${what}`,
      why,
      fix,
    });
  }
}

/** The order of numbers, and of texts by their code points, which is that of their bytes in UTF-8. */
function compare<T extends string | number>(a: T, b: T): number {
  if (typeof a === "number" || typeof b === "number") return Number(a) - Number(b);
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)];
    // Units of surrogate pairs stand for code points above all others, though units follow them.
    if (unitA !== unitB) return afterAll(unitA) - afterAll(unitB);
  }
  return a.length - b.length;
}

const afterAll = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
