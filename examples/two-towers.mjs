// Which text answers a question? Two towers, one for queries and one for documents, that share what words mean.
//
//     node examples/two-towers.mjs ["butter oven"]
//
// The texts are invented: words of one topic, with words of others strewn in. The model is told of pairs only whether
// they belong together, and has to find out by itself which words do.

import {
  Adam,
  Dense,
  Dot,
  Embedding,
  GlobalAveragePooling1D,
  input,
  Model,
  random,
  seed,
  TextVectorization,
} from "plumb-ml";
import { isProgram } from "./support/program.mjs";

/** @typedef {import("plumb-ml").Tensor} Tensor */

const topics = [
  "butter oven flour salt sugar pepper spoon recipe dough pan",
  "harbour sail anchor tide captain deck mast wave rope island",
  "chord violin rhythm concert drum melody choir piano song stage",
  "doctor fever nurse ward pulse tablet surgeon bandage clinic cough",
  "goal referee striker penalty stadium whistle defender match coach league",
  "planet orbit comet telescope star eclipse rocket crater galaxy moon",
  "garden seed soil tulip rake hedge blossom compost root meadow",
  "market price loan share bank profit tax invoice trade budget",
].map((words) => words.split(" "));

/** The share of words that are taken from anywhere. */
const strewn = 0.3;

/**
 * Queries of two to four words and documents of six to ten. Half of the pairs are about one topic (`related` is 1), the
 * others about two.
 * @param {number} count
 * @param {number} seed
 */
export function makePairs(count, seed) {
  const rolls = random.uniform([46 * count], { seed }).dataSync(); // a pair takes 46 at most
  let rolled = 0;
  const below = (/** @type {number} */ n) => Math.floor(n * rolls[rolled++]);
  /** @param {number} topic @param {number} length */
  const text = (topic, length) =>
    Array.from({ length }, () => {
      const words = below(100) < 100 * strewn ? topics[below(topics.length)] : topics[topic];
      return words[below(words.length)];
    }).join(" ");
  const pairs = Array.from({ length: count }, (_, i) => {
    const topic = below(topics.length);
    const other = (topic + 1 + below(topics.length - 1)) % topics.length;
    const related = i % 2;
    return {
      query: text(topic, 2 + below(3)),
      document: text(related ? topic : other, 6 + below(5)),
      related,
    };
  });
  return {
    queries: pairs.map(({ query }) => query),
    documents: pairs.map(({ document }) => document),
    related: Int32Array.from(pairs, (pair) => pair.related),
  };
}

/**
 * Turns texts into what the model takes, numbers of words, 0 where a text has ended; the vocabulary is that of the
 * documents.
 * @param {readonly string[]} documents
 */
export function readerOf(documents) {
  const words = new TextVectorization({ outputSequenceLength: 10 });
  words.adapt(documents);
  return {
    words: words.getVocabulary().length,
    /** @param {{ queries: readonly string[], documents: readonly string[] }} texts */
    read: ({ queries, documents }) => ({ query: words.call(queries), document: words.call(documents) }),
  };
}

/**
 * A query and a document in, the probability that they belong together out. Each tower takes the mean of what the words
 * mean and turns it its own way; the head reads the cosine between the two. The gradients of both towers meet in the one
 * embedding.
 * @param {{ words: number, width?: number }} sizes
 */
export function twoTowers({ words, width = 16 }) {
  const query = input({ shape: [null], dtype: "int32" });
  const document = input({ shape: [null], dtype: "int32" });
  const meaning = new Embedding(words, width, { maskZero: true });
  const tower = (/** @type {Tensor} */ text) =>
    new Dense(width).call(new GlobalAveragePooling1D().call(meaning.call(text)));
  const cosine = new Dot(1, { normalize: true }).call([tower(query), tower(document)]);
  const related = new Dense(1, { activation: "sigmoid" }).call(cosine);

  const model = new Model({ inputs: { query, document }, outputs: related });
  model.compile({
    optimizer: new Adam({ learningRate: 0.01 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy", "auc"],
  });
  return model;
}

if (isProgram(import.meta)) {
  seed(1);
  const [known, unseen] = [makePairs(8000, 1), makePairs(2000, 2)];
  const reader = readerOf(known.documents);
  const model = twoTowers(reader);
  await model.fit(reader.read(known), known.related, { epochs: 6, verbose: 2 });

  const { accuracy, auc } = await model.evaluate(reader.read(unseen), unseen.related);
  console.log(
    `\nOf 2000 pairs that it never saw ${(100 * accuracy).toFixed(1)}% are judged right; AUC ${auc.toFixed(3)}.`,
  );

  const query = process.argv[2] ?? "recipe butter";
  const { documents } = unseen;
  const asked = reader.read({ queries: documents.map(() => query), documents });
  const scores = (await model.predict(asked)).dataSync();
  const best = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, 5);
  console.log(`\nWhat it finds for "${query}":`);
  for (const row of best) console.log(`  ${scores[row].toFixed(3)}  ${documents[row]}`);
}
