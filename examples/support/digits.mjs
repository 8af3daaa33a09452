// Handwritten digits of 8 × 8 pixels: read, split, and drawn as text.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { splitRows, tensor } from "plumb-ml";

/** @typedef {import("plumb-ml").Tensor} Tensor */
/** @typedef {{ images: Tensor, labels: Tensor }} Digits images `[rows, 8, 8, 1]` from 0 to 1, labels `[rows]`, int32 */

/** Where `digits.csv.gz` comes from. */
export const origin =
  "sklearn/datasets/data/digits.csv.gz in the repository of scikit-learn (UCI, E. Alpaydin and C. Kaynak)";

/**
 * Reads a gzipped table without header: 64 pixels from 0 to 16 and the digit in each line.
 * @param {string} path
 * @returns {Digits}
 */
export function readDigits(path) {
  const lines = gunzipSync(readFileSync(path)).toString().trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  return {
    images: tensor(rows.map((row) => row.slice(0, 64)))
      .div(16)
      .reshape([-1, 8, 8, 1]),
    labels: tensor(Int32Array.from(rows, (row) => row[64])),
  };
}

/**
 * A fifth of the digits, of each kind its share, is held out for the test.
 * @param {Digits} digits
 * @returns {{ train: Digits, test: Digits }}
 */
export function holdOut({ images, labels }, seed = 1) {
  const classes = labels.dataSync();
  const rows = splitRows(classes.length, { fraction: 0.2, rule: "stratified", seed, classes });
  /** @param {Int32Array} numbers */
  const take = (numbers) => ({ images: images.gather(numbers), labels: labels.gather(numbers) });
  return { train: take(rows.train), test: take(rows.validation) };
}

const shades = " .:-=+*#%@";

/** A brightness from 0 to 1 as two characters, which together are about as wide as high. */
const shade = (/** @type {number} */ pixel) =>
  shades[Math.round(Math.min(Math.max(pixel, 0), 1) * (shades.length - 1))].repeat(2);

/**
 * Images of 8 × 8 pixels as text, side by side.
 * @param {Tensor} images
 */
export function drawn(images) {
  const rows = images.reshape([-1, 8, 8]).transpose([1, 0, 2]); // [8, images, 8]
  const pixels = Array.from(rows.dataSync(), shade);
  const [height, count, width] = rows.shape;
  const line = (/** @type {number} */ i) => pixels.slice(i * width, (i + 1) * width).join("");
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: count }, (_, image) => line(y * count + image)).join("    "),
  ).join("\n");
}
