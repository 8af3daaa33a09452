import { expect, test } from "vitest";
import { compile, gradients, tensor } from "../tensor/index.ts";
import { ctcError } from "./ctc.ts";

const [steps, classes] = [5, 3];
const logits = Array.from({ length: steps }, (_, t) =>
  Array.from({ length: classes }, (_, k) => 2 * Math.sin(3 * t + 5 * k + 1)),
);

/** What a path of classes says: runs joined, then blanks (0) left out. */
const said = (path: readonly number[]): string =>
  path.filter((of, t) => of !== path[t - 1] && of !== 0).join();

/** −log of the summed probability of all paths that say `label`: 3⁵ of them are looked at. */
function byEnumeration(label: readonly number[]): number {
  const probabilities = logits.map((row) => {
    const sum = row.reduce((total, x) => total + Math.exp(x), 0);
    return row.map((x) => Math.exp(x) / sum);
  });
  let total = 0;
  for (let code = 0; code < classes ** steps; code++) {
    const path = Array.from({ length: steps }, (_, t) => Math.floor(code / classes ** t) % classes);
    if (said(path) === label.join())
      total += path.reduce((product, of, t) => product * probabilities[t][of], 1);
  }
  return -Math.log(total);
}

test.each([[[]], [[1]], [[2, 1]], [[1, 1]], [[1, 2, 1]], [[2, 2, 1]], [[1, 1, 1]]])(
  "the probability of %j is the sum over all paths that say it",
  (label) => {
    const filled = [...label, 0, 0, 0].slice(0, 3);
    const got = ctcError(tensor([filled]).cast("int32"), tensor([logits])).itemSync();
    expect(got).toBeCloseTo(byEnumeration(label), 5);
  },
);

test("hundreds of steps compile, and the gradient of each step sums to 0 over the classes", () => {
  const long = tensor(
    Float32Array.from({ length: 240 * classes }, (_, i) => Math.sin(i)),
    [1, 240, classes],
  );
  const slope = compile(
    (x: typeof long) => gradients(ctcError(tensor([[1, 2, 1]]).cast("int32"), x), [x])[0],
  );
  const sums = slope(long).sum(-1).dataSync();
  expect(Math.max(...[...sums].map(Math.abs))).toBeLessThan(1e-5);
  const sizes = slope(long).abs().sum([0, 2]).dataSync();
  expect(Math.min(...sizes)).toBeGreaterThan(0);
});

test("logits of ±10⁴ keep value and gradient finite", () => {
  const extreme = tensor([logits.map((row, t) => row.map((_, k) => ((t + k) % 2 === 0 ? 1e4 : -1e4)))]);
  const value = ctcError(tensor([[1, 2]]).cast("int32"), extreme);
  const [slope] = gradients(value, [extreme]);
  expect(Number.isFinite(value.itemSync())).toBe(true);
  expect([...slope.dataSync()].every(Number.isFinite)).toBe(true);
});
