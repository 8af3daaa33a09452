import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { StringLookup } from "./string-lookup.ts";
import { TextVectorization, type TextVectorizationOptions } from "./text-vectorization.ts";

const readme = readFileSync(new URL("../../../../../README.md", import.meta.url), "utf8").split("\n");

/** The texts of an order that is none. */
const shuffled = <T>(items: readonly T[]): T[] => items.map((_, i) => items[(i * 7919 + 3) % items.length]);

/** The tokens that a layer makes of a text, seen through the vocabulary it learns. */
function tokensOf(text: string, options: TextVectorizationOptions = {}): string[] {
  const layer = new TextVectorization(options);
  layer.adapt([text]);
  const known = layer.getVocabulary();
  return [...layer.call(text).dataSync()].map((index) => known[index]);
}

test("the documentation of Keras", () => {
  const layer = new TextVectorization({ maxTokens: 5000, outputSequenceLength: 4 });
  layer.adapt(["foo bar", "bar baz", "baz bada boom"]);
  expect(layer.call([["foo qux bar"], ["qux baz"]]).arraySync()).toEqual([
    [4, 1, 3, 0],
    [1, 2, 0, 0],
  ]);
  const given = new TextVectorization({ vocabulary: ["earth", "wind", "and", "fire"] });
  expect(given.getVocabulary()).toEqual(["", "[UNK]", "earth", "wind", "and", "fire"]);
});

describe("standardising", () => {
  test("lowers A to Z, and strips the marks of ASCII and no others", () => {
    const marks = Array.from({ length: 127 }, (_, code) => String.fromCharCode(code)).filter(
      (c) => /[!-~]/.test(c) && !/[A-Za-z0-9]/.test(c),
    );
    expect(marks).toHaveLength(32);
    expect(tokensOf(`Don't ÉCOLE ${marks.join("")} x${marks.join("y")}z „Ja“ a–b`)).toEqual([
      "dont",
      "École",
      `x${"y".repeat(31)}z`,
      "„ja“",
      "a–b",
    ]);
  });

  test.each([
    ["lower", ["hello,", "world!"]],
    ["strip_punctuation", ["Hello", "World"]],
    ["lowerAndStripPunctuation", ["hello", "world"]],
    [null, ["Hello,", "World!"]],
    [(text: string) => text.toUpperCase(), ["HELLO,", "WORLD!"]],
  ] as const)("%s", (standardize, tokens) => {
    expect(tokensOf("Hello, World!", { standardize })).toEqual(tokens);
  });
});

describe("splitting", () => {
  test("at blanks of ASCII", () => {
    expect(tokensOf(" a \t\n b\u00a0c\r\n\fd\v ")).toEqual(["a", "b\u00a0c", "d"]);
  });

  test("into code points", () => {
    expect(tokensOf("a 😀é", { split: "character" })).toEqual(["a", " ", "😀", "é"]);
  });

  test("by a function", () => {
    expect(tokensOf("ONE-two", { split: (text) => text.split("w"), standardize: "lower" })).toEqual([
      "one-t",
      "o",
    ]);
  });

  test("not at all: rows of tokens", () => {
    const layer = new TextVectorization({
      split: null,
      vocabulary: ["new york", "oslo"],
      outputSequenceLength: 2,
    });
    expect(
      layer
        .call([
          ["New York!", "Oslo", "Oslo"],
          ["Bern", "", ""],
        ])
        .arraySync(),
    ).toEqual([
      [2, 3],
      [1, 0],
    ]);
  });
});

describe("n-grams", () => {
  test("up to a length, or of some lengths, in the order of these", () => {
    expect(tokensOf("a b c", { ngrams: 2 })).toEqual(["a", "b", "c", "a b", "b c"]);
    expect(tokensOf("a b c", { ngrams: [3, 1] })).toEqual(["a b c", "a", "b", "c"]);
    expect(tokensOf("a b", { ngrams: [3, 2] })).toEqual(["a b"]);
  });

  test("count as tokens do", () => {
    const layer = new TextVectorization({ ngrams: 2, outputMode: "count", vocabulary: ["to be", "be"] });
    expect(layer.call(["To be or not to be"]).arraySync()).toEqual([[7, 2, 2]]);
  });
});

describe("outputs", () => {
  const vocabulary = ["a", "b"];
  test("are filled up and cut to a length, or to the longest text of the call", () => {
    const call = (outputSequenceLength: number | null, texts: string[]) =>
      new TextVectorization({ vocabulary, outputSequenceLength }).call(texts).arraySync();
    expect(call(2, ["a b c", "b", ""])).toEqual([
      [2, 3],
      [3, 0],
      [0, 0],
    ]);
    expect(call(null, ["a b c", "b"])).toEqual([
      [2, 3, 1],
      [3, 0, 0],
    ]);
  });

  test("one text, lists, lists of one", () => {
    const layer = new TextVectorization({ vocabulary });
    expect(layer.call("b a").arraySync()).toEqual([3, 2]);
    expect(layer.call(["b a"]).arraySync()).toEqual([[3, 2]]);
    expect(layer.call([["b a"]]).arraySync()).toEqual([[3, 2]]);
    const counts = new TextVectorization({ vocabulary, outputMode: "count" });
    expect(counts.call("b b").arraySync()).toEqual([0, 0, 2]);
    expect(counts.call([["b b"], [""]]).arraySync()).toEqual([
      [0, 0, 2],
      [0, 0, 0],
    ]);
    expect(counts.call(["", ""]).arraySync()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });

  test("tf-idf by the formula", () => {
    const layer = new TextVectorization({ outputMode: "tf_idf" });
    layer.adapt(["the cat", "the dog the", "a cat"]);
    expect(layer.getVocabulary()).toEqual(["[UNK]", "the", "cat", "dog", "a"]);
    const idf = [2, 2, 1, 1].map((having) => Math.log(1 + 3 / (1 + having)));
    const mean = idf.reduce((sum, weight) => sum + weight) / 4;
    const want = [mean, 2 * idf[0], 0, idf[2], 0];
    [...layer.call(["The dog, the bird"]).dataSync()].forEach((value, i) =>
      expect(value).toBeCloseTo(want[i], 6),
    );
  });

  test("vectors are those of a StringLookup of the words", () => {
    const texts = readme.slice(0, 40);
    for (const outputMode of ["count", "multi_hot", "tf_idf"] as const) {
      const layer = new TextVectorization({ outputMode, maxTokens: 50 });
      layer.adapt(texts);
      const words = new TextVectorization({ outputSequenceLength: 30 });
      words.adapt(texts);
      const known = words.getVocabulary();
      const rows = [...words.call(texts).dataSync()].map((index) => known[index]);
      const table = Array.from({ length: texts.length }, (_, i) => rows.slice(30 * i, 30 * i + 30));
      const lookup = new StringLookup({ outputMode, maskToken: "", maxTokens: 50 });
      lookup.adapt(table);
      expect(lookup.getVocabulary()).toEqual(layer.getVocabulary());
      expect(layer.call(texts).arraySync()).toEqual(lookup.call(table).arraySync());
    }
  });
});

describe("the vocabulary of a text", () => {
  test("does not hang on the order of lines", () => {
    const of = (lines: readonly string[]) => {
      const layer = new TextVectorization({ maxTokens: 200 });
      layer.adapt(lines);
      return layer.getVocabulary();
    };
    const straight = of(readme);
    expect(straight.length).toBe(200);
    expect(new Set(shuffled(readme.map((_, i) => i))).size).toBe(readme.length);
    expect(of(shuffled(readme))).toEqual(straight);
  });

  test("makes the layer again, also through JSON", () => {
    for (const outputMode of ["int", "count", "tf_idf"] as const) {
      const layer = new TextVectorization({ outputMode });
      layer.adapt(readme);
      const written = JSON.stringify({
        vocabulary: layer.getVocabulary(),
        idfWeights: layer.idfWeights,
        outputMode,
      });
      const again = new TextVectorization(JSON.parse(written));
      expect(again.call(readme).arraySync()).toEqual(layer.call(readme).arraySync());
    }
  });

  const shakespeare = new URL("../../../../../shared/data/text/tinyshakespeare.txt", import.meta.url);
  test.skipIf(!existsSync(shakespeare))("of Shakespeare", () => {
    const lines = readFileSync(shakespeare, "utf8").split("\n");
    const layer = new TextVectorization({ maxTokens: 1000, outputSequenceLength: 12 });
    layer.adapt(lines);
    const counts = new Map<string, number>();
    for (const word of lines
      .join(" ")
      .toLowerCase()
      .replace(/[^a-z0-9\s]/g, "")
      .split(/\s+/))
      if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
    const order = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? 1 : -1)).map(([word]) => word);
    expect(layer.getVocabulary()).toEqual(["", "[UNK]", ...order.slice(0, 998)]);
    const back = new StringLookup({ vocabulary: layer.getVocabulary(), maskToken: "", invert: true });
    expect(back.call(layer.call("We are accounted poor citizens"))).toEqual([
      "we",
      "are",
      "[UNK]",
      "poor",
      "citizens",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
    ]);
  });
});

test("errors", () => {
  const make = (options: TextVectorizationOptions) => () => new TextVectorization(options);
  expect(make({ outputMode: "count", outputSequenceLength: 3 })).toThrow(/^PL4004.*outputSequenceLength/s);
  expect(make({ outputMode: "one_hot" as "count" })).toThrow(/^PL4004.*"multi_hot"/s);
  expect(make({ standardize: "upper" as "lower" })).toThrow(/^PL4004.*a function, or null/s);
  expect(make({ ngrams: 0 })).toThrow(/^PL4004.*ngrams/s);
  expect(make({ ngrams: [] })).toThrow(/^PL4004.*ngrams/s);
  expect(make({ maxTokens: 2 })).toThrow(/^PL4004.*at least 3/s);
  expect(make({ vocabulary: ["a", ""] })).toThrow(/^PL4004/);
  expect(() => new TextVectorization().call("a")).toThrow(/^PL4018/);
  expect(() => new TextVectorization().adapt(["", "!!"])).toThrow(/^PL3004/);
  const known = { vocabulary: ["a"] };
  expect(() => new TextVectorization(known).call([["a", "b"]])).toThrow(/^PL4006.*\[1, 2\].*split: null/s);
  expect(() => new TextVectorization({ ...known, outputMode: "count" }).call([[["a"]]])).toThrow(/^PL4006/);
  expect(() => new TextVectorization(known).call([3] as unknown as string[])).toThrow(/^PL1009/);
  const strange = { ...known, split: (text: string) => text as unknown as string[] };
  expect(() => new TextVectorization(strange).call("a")).toThrow(/^PL4004.*split.*"a".*a list of texts/s);
});
