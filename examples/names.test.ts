/** The two models of names, each a program of its own, on names of a made-up language and on real ones. */
import { seed, softmax, tensor, type Model } from "plumb-ml";
import { describe, expect, it } from "vitest";
import { nameReader as gru } from "./names-gru.mjs";
import { nameReader as transformer } from "./names-transformer.mjs";
import { inventedNames } from "./support/invented.ts";
import { frequencyBaseline, inventNames, prepare } from "./support/names.mjs";
import { fileOf, isPresent, numberIn, printed, someOf } from "./support/run.ts";

const readers = [
  ["names-gru.mjs", gru],
  ["names-transformer.mjs", transformer],
] as const;

/** What a program printed: the nats of its model for a letter, of who knows frequencies only, and its names. */
const told = (text: string) => ({
  nats: numberIn(text, /needs ([\d.]+) nats for a letter/),
  baseline: numberIn(text, /needs ([\d.]+) nats for each/),
  names: /call a child (.*)\./.exec(text)?.[1].split(", ") ?? [],
});

const names = prepare(inventedNames(64));
const { alphabet, train } = names;
const [count, steps] = train.x.shape;

describe.each(readers)("%s", (program, nameReader) => {
  it("learns that a consonant follows a vowel", async () => {
    const {
      nats,
      baseline,
      names: made,
    } = told(await printed(program, fileOf("names.txt", inventedNames(1000))));
    expect(nats).toBeLessThan(baseline - 0.5);
    expect(made.length).toBe(10);
  });

  it.skipIf(!isPresent("text/names.txt"))("learns from a thousand real names", async () => {
    const { nats, baseline } = told(await printed(program, someOf("text/names.txt", 1000)));
    expect(nats).toBeLessThan(baseline - 0.2);
  });

  const make = (): Model => {
    seed(1);
    return nameReader({ letters: alphabet.length, steps });
  };

  it("does not see what is to come", async () => {
    const model = make();
    const before = (await model.predict(train.x)).dataSync();
    const changed = Int32Array.from(train.x.dataSync(), (letter, at) => (at % steps < 4 ? letter : 2));
    const after = (await model.predict(tensor(changed, [count, steps]))).dataSync();
    const firstSteps = (scores: typeof before): number[] =>
      Array.from(scores).filter((_, at) => Math.floor(at / alphabet.length) % steps < 4);
    expect(firstSteps(after)).toEqual(firstSteps(before));
    expect(after).not.toEqual(before);
  });

  it("is judged by the letters that are there", async () => {
    const model = make();
    const { loss, perplexity } = await model.evaluate(train.x, train.y, { batchSize: count });
    const scores = await model.predict(train.x);
    const shares = softmax(scores).dataSync();
    const nats = Array.from(train.y.dataSync(), (letter, at) =>
      letter === 0 ? [] : [-Math.log(Number(shares[at * alphabet.length + Number(letter)]))],
    ).flat();
    expect(nats.length).toBeLessThan(count * steps);
    const mean = nats.reduce((sum, of) => sum + of, 0) / nats.length;
    expect(loss).toBeCloseTo(mean, 5);
    expect(Math.log(perplexity)).toBeCloseTo(mean, 5);
  });

  it("invents the same names from the same seed", async () => {
    const model = make();
    const from = async (number: number): Promise<string[]> => {
      seed(number);
      return inventNames(model, { alphabet, steps });
    };
    const once = await from(3);
    expect(await from(3)).toEqual(once);
    expect(await from(4)).not.toEqual(once);
    expect(once.join("")).toMatch(/^[a-z]+$/);
  });
});

it("the baseline is the cross-entropy of the letters' frequencies", () => {
  // Of ten names one is held out. All are "a": two letters, "a" and the end, as frequent as each other, cost ln 2.
  expect(frequencyBaseline(prepare(Array<string>(10).fill("a")))).toBeCloseTo(Math.LN2, 5);
});
