import { expect, it } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

it("counts insertions, deletions, replacements and swaps", () => {
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("species", "spceies")).toBe(1);
  expect(editDistance("same", "same")).toBe(0);
});

it("guesses only what is near, letter case aside", () => {
  expect(nearest("Specis", ["island", "species", "sex"])).toBe("species");
  expect(nearest("PRICE", ["price", "prince"])).toBe("price");
  expect(nearest("weight", ["island", "year"])).toBeUndefined();
});
