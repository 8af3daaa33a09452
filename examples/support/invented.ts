/** Tables for the examples where the real ones are not there: lines of files of the same form. */
import { random } from "plumb-ml";

/** Whole numbers from 0 to below n, always the same. */
function dice(rolls: number): (n: number) => number {
  const values = random.uniform([rolls], { seed: 1 }).dataSync();
  let next = 0;
  return (n) => Math.floor(n * Number(values[next++]));
}

/** Digits of 3 × 5 pixels, row by row. */
const glyphs = [
  "#### ## ## ####",
  " # ##  #  # ###",
  "###  #####  ###",
  "###  ####  ####",
  "# ## ####  #  #",
  "####  ###  ####",
  "####  #### ####",
  "###  # #  #  # ",
  "#### ##### ####",
  "#### ####  ####",
];

/** Lines of 64 pixels, 0 to 16, and a digit: printed ones, shifted a little, on speckled paper. */
export function inventedDigits(count: number): string[] {
  const below = dice(count * 68);
  return Array.from({ length: count }, (_, i) => {
    const [top, left, ink] = [1 + below(3), 1 + below(4), 10 + below(7)];
    const pixels = Array.from({ length: 64 }, (__, at) => {
      const [y, x] = [Math.floor(at / 8) - top, (at % 8) - left];
      const inked = y >= 0 && y < 5 && x >= 0 && x < 3 && glyphs[i % 10][3 * y + x] === "#";
      return inked ? ink - below(3) : below(3);
    });
    return [...pixels, i % 10].join(",");
  });
}

/** Names of one to four syllables, each a consonant and a vowel: `rami`, `tolune`. */
export function inventedNames(count: number): string[] {
  const below = dice(count * 9);
  const letterOf = (letters: string): string => letters[below(letters.length)];
  const syllable = (): string => letterOf("bdklmnrst") + letterOf("aeiou");
  return Array.from({ length: count }, () => Array.from({ length: 1 + below(4) }, syllable).join(""));
}
