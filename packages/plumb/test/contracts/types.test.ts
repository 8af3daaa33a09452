import { describe, expectTypeOf, test } from "vitest";
import * as plumb from "../../src/index.ts";
import type { Tensor } from "../../src/index.ts";

/**
 * What the type checker knows of what a call gives: a layer takes what another gave without a word in between. `tsc` does
 * the checking; run, these tests only see that nothing throws.
 */

type List = readonly Tensor[];
const { Attention, Bidirectional, Dense, GRU, GRUCell, GroupQueryAttention, Lambda, LSTM } = plumb;
const { MultiHeadAttention, RNN, SimpleRNN, SpectralNormalization, TimeDistributed } = plumb;
const x = plumb.ones([2, 3, 4]);
const flag: boolean = x.rank > 2;

describe("what layers give", () => {
  test("recurrent layers: a tensor, or a list with their states where they are asked for", () => {
    expectTypeOf(new Dense(3).call(new GRU(2).call(x))).toEqualTypeOf<Tensor>();
    expectTypeOf(new SimpleRNN(2, { returnSequences: true }).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new LSTM(2, { returnState: false }).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new LSTM(2, { returnState: true }).call(x)).toEqualTypeOf<List>();
    expectTypeOf(new RNN(new GRUCell(2), { returnState: true }).call(x)).toEqualTypeOf<List>();
    expectTypeOf(new RNN([new GRUCell(2)]).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new GRU(2, { returnState: flag }).call(x)).toEqualTypeOf<Tensor | List>();
  });

  test("both directions: a list, too, where they are not merged", () => {
    expectTypeOf(new Bidirectional(new LSTM(2)).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new Bidirectional(new LSTM(2), { mergeMode: "sum" }).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new Bidirectional(new LSTM(2), { mergeMode: null }).call(x)).toEqualTypeOf<List>();
    expectTypeOf(new Bidirectional(new GRU(2, { returnState: true })).call(x)).toEqualTypeOf<List>();
  });

  test("a layer at every step, and a function: what is inside", () => {
    expectTypeOf(new TimeDistributed(new Dense(2)).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new TimeDistributed(new GRU(2)).call(plumb.ones([2, 3, 4, 5]))).toEqualTypeOf<Tensor>();
    expectTypeOf(
      new TimeDistributed(new GRU(2, { returnState: true })).call(plumb.ones([2, 3, 4, 5])),
    ).toEqualTypeOf<List>();
    expectTypeOf(new SpectralNormalization(new Dense(2)).call(x)).toEqualTypeOf<Tensor>();
    const unknown: plumb.Layer = new Dense(2);
    expectTypeOf(new TimeDistributed(unknown).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new Lambda((one) => one.mul(2)).call(x)).toEqualTypeOf<Tensor>();
    expectTypeOf(new Lambda((one: Tensor) => one.split(2, 2)).call(x)).toEqualTypeOf<Tensor[]>();
    expectTypeOf(new Lambda(([a, b]: List) => a.add(b)).call([x, x])).toEqualTypeOf<Tensor>();
  });

  test("attention: a list where its weights are asked for", () => {
    for (const layer of [new MultiHeadAttention(2, 3), new GroupQueryAttention(2, 2, 1), new Attention()]) {
      expectTypeOf(layer.call([x, x])).toEqualTypeOf<Tensor>();
      expectTypeOf(layer.call([x, x], { useCausalMask: true })).toEqualTypeOf<Tensor>();
      expectTypeOf(layer.call([x, x], { returnAttentionScores: true })).toEqualTypeOf<List>();
      expectTypeOf(layer.call([x, x], { returnAttentionScores: flag })).toEqualTypeOf<Tensor | List>();
    }
  });
});

describe("what is read", () => {
  test("nested arrays, of a depth that the caller names", async () => {
    const rows = x.slice(0, 1).squeeze(0);
    expectTypeOf(rows.arraySync<number[][]>()).toEqualTypeOf<number[][]>();
    expectTypeOf(await rows.array<number[][]>()).toEqualTypeOf<number[][]>();
    expectTypeOf(rows.arraySync() as number[][]).toEqualTypeOf<number[][]>();
    expectTypeOf(rows.greater(0).arraySync<boolean[][]>()[0][0]).toEqualTypeOf<boolean>();
    // @ts-expect-error what a tensor holds is no text
    void (() => rows.arraySync<string[]>());
  });
});
