// Names, letter by letter: read, turned into numbers, and invented by a model that says what comes next.
import { readFileSync } from "node:fs";
import { random, splitRows, tensor, TextVectorization } from "plumb-ml";

/** @typedef {import("plumb-ml").Tensor} Tensor */
/** @typedef {import("plumb-ml").Model} Model */
/** @typedef {{ x: Tensor, y: Tensor }} Sequences numbers of letters, `[names, steps]`, int32, 0 where a name has ended */
/** @typedef {{ alphabet: readonly string[], train: Sequences, test: Sequences }} Names */

/** Where `names.txt` comes from. */
export const origin =
  "names.txt in the repository of makemore (A. Karpathy; US Social Security Administration)";

/** Stands before the first letter of a name and behind the last. */
const edge = ".";

/**
 * The names of a file, one in each line.
 * @param {string} path
 */
export const readNames = (path) => readFileSync(path, "utf8").trim().split(/\r?\n/);

/**
 * What a model of names learns from. At each step `x` has the letter that is there and `y` the letter to come; a tenth of
 * the names is held out for the test.
 * @param {readonly string[]} names
 * @returns {Names}
 */
export function prepare(names, seed = 1) {
  const letters = new TextVectorization({
    standardize: null,
    split: "character",
    outputSequenceLength: Math.max(...names.map((name) => name.length)) + 1,
  });
  letters.adapt(names.map((name) => name + edge));
  /** @param {Int32Array} rows */
  const sequences = (rows) => {
    const chosen = Array.from(rows, (row) => names[row]);
    return {
      x: letters.call(chosen.map((name) => edge + name)),
      y: letters.call(chosen.map((name) => name + edge)),
    };
  };
  const { train, validation } = splitRows(names.length, { fraction: 0.1, rule: "shuffled", seed });
  return { alphabet: letters.getVocabulary(), train: sequences(train), test: sequences(validation) };
}

/** The first letter of an alphabet that is one: before it stand the padding and the unknown. */
const firstLetter = 2;

/**
 * What the letters of the test cost who knows only how frequent each is, in nats for each letter.
 * @param {Names} names
 */
export function frequencyBaseline({ alphabet, train, test }) {
  const counts = (/** @type {Sequences} */ { y }) =>
    y.oneHot(alphabet.length).sum([0, 1]).slice([firstLetter]);
  const known = counts(train).add(1); // of a letter that the training lacks one is taken to be there
  const asked = counts(test);
  return asked.mul(known.div(known.sum()).log()).sum().div(asked.sum()).neg().itemSync();
}

/**
 * New names: letter after letter is drawn from what a model holds possible. The draws are those of the global generator,
 * which `seed` sets.
 * @param {Model} model gives scores `[names, steps, letters]`
 * @param {{ alphabet: readonly string[], steps: number, count?: number }} options
 */
export async function inventNames(model, { alphabet, steps, count = 10 }) {
  const letters = new Int32Array(count * steps); // [count, steps]
  const drawn = Array.from({ length: count }, () => alphabet.indexOf(edge));
  for (let step = 0; step < steps; step++) {
    drawn.forEach((letter, row) => (letters[row * steps + step] = letter));
    const scores = await model.predict(tensor(letters, [count, steps]));
    const ofLetters = scores.slice([0, step, firstLetter], [count, 1, -1]).squeeze(1);
    // Gumbel noise makes the largest of scores a draw from their softmax.
    const noise = random.uniform(ofLetters.shape).log().neg().log().neg();
    drawn.splice(0, count, ...ofLetters.add(noise).argmax(1).add(firstLetter).dataSync());
  }
  return Array.from(
    { length: count },
    (_, row) =>
      Array.from(letters.subarray(row * steps, (row + 1) * steps), (letter) => alphabet[letter])
        .join("")
        .split(edge)[1],
  );
}
