import { expect, it } from "vitest";
import { commandAgain, quoted } from "./remedies.ts";

it("the command is the one that was given, with the flag in the place of its like, beside the run", () => {
  const argv = [
    "train",
    "my file.csv",
    "--target",
    "y",
    "--rate=0.1",
    "-o",
    "runs/a",
    "--compare",
    "runs/0",
    "-q",
  ];
  expect(commandAgain(argv, "--rate 0.001", "runs/a")).toBe(
    "plumb train 'my file.csv' --target y --rate 0.001 --compare runs/a",
  );
  expect(commandAgain(["train", "a.csv", "--rate", "1", "--json"], "--layers none", undefined)).toBe(
    "plumb train a.csv --rate 1 --layers none",
  );
});

it("words are quoted as a shell takes them", () => {
  expect(["a/b.csv", "a,b", "it's", "$x", ""].map(quoted)).toEqual([
    "a/b.csv",
    "a,b",
    "'it'\\''s'",
    "'$x'",
    "''",
  ]);
});
