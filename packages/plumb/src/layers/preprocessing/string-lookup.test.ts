import { describe, expect, test } from "vitest";
import { tensor } from "../../tensor/index.ts";
import { StringLookup, type StringLookupOptions } from "./string-lookup.ts";

const vocabulary = ["a", "b", "c", "d"];

/** Words of which the i-th of n occurs n − i times, in an order that is none. */
function zipfian(words: readonly string[]): string[] {
  const all = words.flatMap((word, i) => Array.from({ length: words.length - i }, () => word));
  return all.map((_, i) => all[(i * 101) % all.length]);
}

describe("the indices of Keras's documentation", () => {
  test("with one index for unknown texts", () => {
    const out = new StringLookup({ vocabulary }).call([
      ["a", "c", "d"],
      ["d", "z", "b"],
    ]);
    expect(out.arraySync()).toEqual([
      [1, 3, 4],
      [4, 0, 2],
    ]);
    expect(out.dtype).toBe("int32");
  });

  test("with two of them", () => {
    const layer = new StringLookup({ vocabulary, numOovIndices: 2 });
    expect(
      layer
        .call([
          ["a", "c", "d"],
          ["m", "z", "b"],
        ])
        .arraySync(),
    ).toEqual([
      [2, 4, 5],
      [0, 1, 3],
    ]);
  });

  test("adapted", () => {
    const layer = new StringLookup();
    layer.adapt([
      ["a", "c", "d"],
      ["d", "z", "b"],
    ]);
    expect(layer.getVocabulary()).toEqual(["[UNK]", "d", "z", "c", "b", "a"]);
  });

  test("as vectors", () => {
    const data = [
      ["a", "c", "d", "d"],
      ["d", "z", "b", "z"],
    ];
    const of = (options: StringLookupOptions) => new StringLookup({ ...options }).call(data).arraySync();
    expect(of({ vocabulary, outputMode: "multi_hot" })).toEqual([
      [0, 1, 0, 1, 1],
      [1, 0, 1, 0, 1],
    ]);
    expect(of({ vocabulary, outputMode: "count" })).toEqual([
      [0, 1, 0, 1, 2],
      [2, 0, 1, 0, 1],
    ]);
    const idfWeights = [0.25, 0.75, 0.5, 0.5];
    expect(of({ vocabulary, idfWeights, outputMode: "tf_idf" })).toEqual([
      [0, 0.25, 0, 0.5, 1],
      [1, 0, 0.75, 0, 0.5],
    ]);
    expect(
      of({ vocabulary: ["[UNK]", ...vocabulary], idfWeights: [2, ...idfWeights], outputMode: "tfIdf" }),
    ).toEqual([
      [0, 0.25, 0, 0.5, 1],
      [4, 0, 0.75, 0, 0.5],
    ]);
    expect(new StringLookup({ vocabulary, outputMode: "one_hot" }).call(["b", "z"]).arraySync()).toEqual([
      [0, 0, 1, 0, 0],
      [1, 0, 0, 0, 0],
    ]);
  });
});

describe("round trips", () => {
  const options: StringLookupOptions[] = [
    {},
    { numOovIndices: 3 },
    { maskToken: "" },
    { maskToken: "#", numOovIndices: 0 },
  ];
  test.each(options)("from known texts to indices and back: %j", (given) => {
    const there = new StringLookup({ vocabulary, ...given });
    const back = new StringLookup({ vocabulary, ...given, invert: true });
    const texts = [
      [["d"], ["a"]],
      [["b"], ["b"]],
      [["c"], ["a"]],
    ];
    expect(back.call(there.call(texts))).toEqual(texts);
    expect(back.call(there.call("c"))).toBe("c");
    expect(back.getVocabulary()).toEqual(there.getVocabulary());
  });

  test("unknown texts come back as the token for them, the mask as itself", () => {
    const given = { vocabulary, maskToken: "", oovToken: "?", numOovIndices: 2 };
    const indices = new StringLookup(given).call(["", "x", "y", "a"]);
    expect(indices.arraySync()).toEqual([
      0,
      expect.toSatisfy((i) => i === 1 || i === 2),
      expect.toSatisfy((i) => i === 1 || i === 2),
      3,
    ]);
    const back = new StringLookup({ ...given, invert: true });
    expect(back.call(indices)).toEqual(["", "?", "?", "a"]);
    expect(back.call([99, -1, 2.9])).toEqual(["?", "?", "?"]);
    expect(back.call(tensor([3]))).toEqual(["a"]);
  });

  test.each(["int", "count", "one_hot", "multi_hot", "tf_idf"] as const)(
    "an adapted layer is made again from its vocabulary: %s",
    (outputMode) => {
      const documents = [["x", "y", "y"], ["x"], ["z", ""]];
      const layer = new StringLookup({ outputMode, maskToken: "", numOovIndices: 2 });
      layer.adapt(documents);
      const written = JSON.stringify({ vocabulary: layer.getVocabulary(), idfWeights: layer.idfWeights });
      const again = new StringLookup({ ...JSON.parse(written), outputMode, maskToken: "", numOovIndices: 2 });
      expect(again.getVocabulary()).toEqual(layer.getVocabulary());
      expect(again.vocabularySize()).toBe(layer.vocabularySize());
      const data = [["y", "q", "", "x"]];
      expect(again.call(data).arraySync()).toEqual(layer.call(data).arraySync());
    },
  );
});

describe("adapt", () => {
  const words = Array.from({ length: 40 }, (_, i) => `w${i}`);

  test("orders by frequency, whatever the order of the data", () => {
    const data = zipfian(words);
    for (const given of [data, data.toReversed(), data.toSorted(), new Set([data])]) {
      const layer = new StringLookup();
      layer.adapt(given);
      expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(words);
    }
  });

  test("takes the last in the order of code points first where frequencies are equal, as bytes of UTF-8 are ordered", () => {
    const layer = new StringLookup();
    layer.adapt(["a", "😀", "\uffff", "ab", "Z", "é", "\u{1f601}"]);
    const found = layer.getVocabulary({ includeSpecialTokens: false });
    const bytes = (text: string): string => Buffer.from(text).toString("hex");
    expect(found).toEqual(found.toSorted((x, y) => (bytes(x) < bytes(y) ? 1 : -1)));
    expect(found[0]).toBe("\u{1f601}");
  });

  test("keeps to the cap, special tokens included", () => {
    for (const [given, learned] of [
      [{ maxTokens: 10 }, 9],
      [{ maxTokens: 10, maskToken: "" }, 8],
      [{ maxTokens: 10, maskToken: "", outputMode: "count" }, 9],
      [{ maxTokens: 10, numOovIndices: 0 }, 10],
      [{ maxTokens: 100 }, 40],
    ] as const) {
      const layer = new StringLookup(given);
      layer.adapt(zipfian(words));
      expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(words.slice(0, learned));
    }
  });

  test("leaves mask and unknown token out, and forgets what was there", () => {
    const layer = new StringLookup({ maskToken: "-" });
    layer.adapt(["old"]);
    layer.adapt(["-", "-", "[UNK]", "new"]);
    expect(layer.getVocabulary()).toEqual(["-", "[UNK]", "new"]);
    expect(layer.call(["-", "old", "new"]).arraySync()).toEqual([0, 1, 2]);
  });

  test("a text alone is one token, and a generator is read once", () => {
    const layer = new StringLookup();
    layer.adapt("word");
    expect(layer.getVocabulary()).toEqual(["[UNK]", "word"]);
    function* documents() {
      yield "x";
      yield ["y", "y"];
    }
    layer.adapt(documents());
    expect(layer.getVocabulary()).toEqual(["[UNK]", "y", "x"]);
  });

  test("learns ln(1 + documents / (1 + documents with the token)), and their mean for unknown ones", () => {
    const layer = new StringLookup({ outputMode: "tf_idf" });
    layer.adapt([["a", "a", "b"], ["a", "c"], ["a"], ["b", "a"]]);
    expect(layer.getVocabulary()).toEqual(["[UNK]", "a", "b", "c"]);
    const idf = [4, 2, 1].map((having) => Math.log(1 + 4 / (1 + having)));
    const weights = [(idf[0] + idf[1] + idf[2]) / 3, ...idf];
    layer.idfWeights?.forEach((weight, i) => expect(weight).toBeCloseTo(weights[i], 6));
    const rows = layer.call([["a", "x", "a", "c", "y", "x"]]).dataSync();
    [3 * weights[0], 2 * weights[1], 0, weights[3]].forEach((value, i) =>
      expect(rows[i]).toBeCloseTo(value, 5),
    );
  });

  test("vectors as long as maxTokens where told", () => {
    const given = { maxTokens: 6, padToMaxTokens: true } as const;
    for (const outputMode of ["one_hot", "multi_hot", "count", "tf_idf"] as const) {
      const layer = new StringLookup({ ...given, outputMode });
      layer.adapt(["a", "b"]);
      const rows = layer.call([["a"], ["q"]]);
      expect(rows.shape).toEqual([2, 6]);
      expect(rows.sum(1).greater(0).arraySync()).toEqual([true, true]);
      expect(rows.slice([0, 3]).sum().itemSync()).toBe(0);
    }
  });
});

test("masks count for nothing in vectors", () => {
  const layer = new StringLookup({ vocabulary, maskToken: "", outputMode: "count" });
  expect(
    layer
      .call([
        ["", "a", ""],
        ["", "", ""],
      ])
      .arraySync(),
  ).toEqual([
    [0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ]);
});

test("names of the language are tokens like others", () => {
  const names = ["constructor", "__proto__", "toString"];
  const layer = new StringLookup();
  layer.adapt(names);
  expect(layer.call([...names, "valueOf"]).arraySync()).toEqual([2, 3, 1, 0]);
});

describe("errors", () => {
  const bad: readonly (readonly [StringLookupOptions, RegExp])[] = [
    [{ maxTokens: 1 }, /maxTokens.*at least 2/s],
    [{ maxTokens: 3, numOovIndices: 3 }, /maxTokens: 3.*at least 4/s],
    [{ numOovIndices: -1 }, /numOovIndices/],
    [{ invert: true, outputMode: "count" }, /invert: true.*"count"/s],
    [{ idfWeights: [1], vocabulary: ["a"] }, /idfWeights.*"int"/s],
    [{ idfWeights: [1], outputMode: "tf_idf" }, /without a vocabulary/],
    [{ vocabulary: ["a"], outputMode: "tf_idf" }, /without idfWeights/],
    [{ vocabulary: ["a", "b"], idfWeights: [1], outputMode: "tf_idf" }, /2 entries, and 1 idfWeights/],
    [{ padToMaxTokens: true, outputMode: "count" }, /maxTokens/],
    [{ vocabulary: ["a", "b", "a"] }, /"a" twice/],
    [
      { vocabulary: ["a", ""], maskToken: "" },
      /"" among its tokens.*begin with all of them: \["","\[UNK\]"\]/s,
    ],
    [{ vocabulary: ["a", "[UNK]"], invert: true }, /"\[UNK\]" among/],
    [{ vocabulary: ["a", "b"], maxTokens: 2 }, /2 tokens, and 1 special.*maxTokens is 2/s],
    [{ vocabulary: ["[UNK]"] }, /no tokens/],
    [{ vocabulary: [1] as unknown as string[] }, /vocabulary/],
    [{ vocab: ["a"] } as StringLookupOptions, /vocab.*vocabulary/s],
  ];
  test.each(bad)("%j", (options, words) => {
    expect(() => new StringLookup(options)).toThrow(/^PL4004/);
    expect(() => new StringLookup(options)).toThrow(words);
  });

  test("an unknown text where there is no index for it", () => {
    const layer = new StringLookup({ vocabulary, numOovIndices: 0, maskToken: "", name: "letters" });
    expect(layer.call(["a", ""]).arraySync()).toEqual([1, 0]);
    expect(() => layer.call([["a", "x"]])).toThrow(/^PL3015 .*"letters".*"x", number 1 of 2/s);
  });

  test("no vocabulary yet, or one that stays", () => {
    for (const outputMode of ["int", "count"] as const)
      expect(() => new StringLookup({ outputMode }).call(["a"])).toThrow(/^PL4018/);
    expect(() => new StringLookup().getVocabulary()).toThrow(/^PL4018/);
    expect(() => new StringLookup({ vocabulary }).adapt(["a"])).toThrow(/^PL4004.*made with a vocabulary/s);
    expect(() => new StringLookup().adapt([])).toThrow(/^PL3004/);
    expect(() => new StringLookup({ maskToken: "-" }).adapt(["-", "[UNK]"])).toThrow(/^PL3004/);
  });

  test("what is no text, or no rows of one length", () => {
    const layer = new StringLookup({ vocabulary, name: "letters" });
    expect(() => layer.call([["a"], ["b", "c"]])).toThrow(/^PL1009 .*"letters".*\[1\].*an array of 2/s);
    expect(() => layer.call(["a", 3] as unknown as string[])).toThrow(/^PL1009 .*\[1\].*number/s);
    expect(() => layer.call(["a", ["b"]])).toThrow(/^PL1009/);
    expect(() => new StringLookup({ vocabulary, outputMode: "count" }).call([[["a"]]])).toThrow(/^PL4006/);
  });
});
