// A digit in eight numbers: an autoencoder that squeezes 64 pixels through a narrow code and draws them again.
//
//     node examples/digits-autoencoder.mjs [digits.csv.gz]

import { Dense, input, Model, seed } from "plumb-ml";
import { drawn, holdOut, origin, readDigits } from "./support/digits.mjs";
import { dataFile, isProgram } from "./support/program.mjs";

/** @typedef {import("plumb-ml").Tensor} Tensor */

/**
 * Two models of the same layers: the autoencoder, from 64 pixels to 64 pixels, which is what is trained, and the encoder,
 * from 64 pixels to their code.
 * @param {number} size how many numbers the code has
 */
export function autoencoderOf(size = 8) {
  const pixels = input({ shape: [64] });
  const code = new Dense(size).call(new Dense(96, { activation: "relu" }).call(pixels));
  const redrawn = new Dense(64, { activation: "sigmoid" }).call(
    new Dense(96, { activation: "relu" }).call(code),
  );
  const autoencoder = new Model({ inputs: pixels, outputs: redrawn });
  autoencoder.compile({ optimizer: "adam", loss: "meanSquaredError" });
  return { autoencoder, encoder: new Model({ inputs: pixels, outputs: code }) };
}

/**
 * The error of drawing for each of `pixels` the mean of those in `known`: what can be had without looking.
 * @param {Tensor} known
 * @param {Tensor} pixels
 */
export const errorOfMean = (known, pixels) => pixels.sub(known.mean(0)).square().mean().itemSync();

if (isProgram(import.meta)) {
  seed(1);
  const { train, test } = holdOut(readDigits(dataFile("digits.csv.gz", origin)));
  const [known, unseen] = [train, test].map(({ images }) => images.reshape([-1, 64]));
  const { autoencoder, encoder } = autoencoderOf(8);
  await autoencoder.fit(known, known, { epochs: 60, verbose: 2 });

  const { loss } = await autoencoder.evaluate(unseen, unseen);
  const baseline = errorOfMean(known, unseen);
  console.log(`\nMean squared error of a pixel, 0 to 1, in digits that it never saw: ${loss.toFixed(4)}.`);
  console.log(`The mean image in the place of each is off by ${baseline.toFixed(4)}:`);
  console.log(`eight numbers tell ${(100 * (1 - loss / baseline)).toFixed(0)}% of what there is to tell.\n`);

  const three = unseen.slice([0], [3]);
  const codes = await encoder.predict(three);
  const first = Array.from(codes.slice([0], [1]).dataSync(), (x) => x.toFixed(1)).join(", ");
  console.log(`${drawn(three)}\n\nredrawn from their codes, the first of which is ${first}:\n`);
  console.log(drawn(await autoencoder.predict(three)));
}
