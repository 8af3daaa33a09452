import { describe, expect, test } from "vitest";
import { gradients, ones, tensor, type Tensor } from "./index.ts";
import { einsum } from "./einsum.ts";

/** Values without a pattern. */
const values = (shape: readonly number[], phase = 0): Tensor =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i + phase)),
    shape,
  );

/** The sums of the equation, element by element: every way to give numbers to the letters, and nothing clever. */
function plainly(equation: string, ...operands: readonly Tensor[]): Map<string, number> {
  const [left, output] = equation.split("->");
  const terms = left.split(",");
  const extents = new Map<string, number>();
  terms.forEach((term, i) => [...term].forEach((name, axis) => extents.set(name, operands[i].shape[axis])));
  const names = [...extents.keys()];
  const sums = new Map<string, number>();
  const data = operands.map((operand) => operand.dataSync());
  const walk = (at: Record<string, number>, depth: number): void => {
    if (depth < names.length) {
      const name = names[depth];
      for (let k = 0; k < (extents.get(name) ?? 0); k++) walk({ ...at, [name]: k }, depth + 1);
      return;
    }
    const flat = (term: string, shape: readonly number[]): number =>
      [...term].reduce((index, name, axis) => index * shape[axis] + at[name], 0);
    const product = terms.reduce((so, term, i) => so * data[i][flat(term, operands[i].shape)], 1);
    const key = [...output].map((name) => at[name]).join();
    sums.set(key, (sums.get(key) ?? 0) + product);
  };
  walk({}, 0);
  return sums;
}

describe.each([
  ["ij,jk->ik", [2, 3], [3, 4]],
  ["ij,kj->ki", [2, 3], [4, 3]],
  ["bij,bjk->bik", [2, 3, 4], [2, 4, 2]],
  ["abc,cde->abde", [2, 3, 4], [4, 2, 3]],
  ["abcd,dcef->abef", [2, 3, 2, 3], [3, 2, 2, 2]],
  ["btnh,bsnh->bnts", [2, 3, 2, 4], [2, 5, 2, 4]],
  ["bnts,bsnh->btnh", [2, 2, 3, 5], [2, 5, 2, 4]],
  ["i,j->ij", [3], [2]],
  ["i,j->ji", [3], [2]],
  ["i,i->", [5], [5]],
  ["ij,ij->ij", [2, 3], [2, 3]],
  ["ij,i->j", [2, 3], [2]],
  ["ij,k->i", [2, 3], [4]],
  ["ijk->ki", [2, 3, 4]],
  ["ii->i", [3, 3]],
  ["ii->", [3, 3]],
  ["iji->j", [3, 2, 3]],
  ["iij,jk->ik", [2, 2, 3], [3, 2]],
  ["ij,jk,kl->il", [2, 3], [3, 4], [4, 2]],
  ["ab,ab,ab->b", [2, 3], [2, 3], [2, 3]],
  ["ij,jk->ik", [1, 1], [1, 1]],
  ["ij,jk->ik", [2, 0], [0, 3]],
] as [string, ...number[][]][])("%s of %j %j %j", (equation, ...shapes) => {
  const operands = shapes.map((shape, i) => values(shape, i));

  test("is the sum over all names that the result has not", () => {
    const result = einsum(equation, ...operands);
    const data = result.dataSync();
    const want = plainly(equation, ...operands);
    for (let i = 0; i < data.length; i++) {
      const key = result.shape
        .map(
          (extent, axis) => Math.floor(i / result.shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % extent,
        )
        .join();
      expect(data[i]).toBeCloseTo(want.get(key) ?? 0, 5);
    }
  });

  test("is linear in each operand: the gradient times the operand is the result's sum", () => {
    const result = einsum(equation, ...operands).sum();
    for (const [i, gradient] of gradients(result, operands).entries())
      expect(gradient.mul(operands[i]).sum().itemSync()).toBeCloseTo(result.itemSync(), 4);
  });
});

test("an ellipsis stands for the axes that need no name, and they broadcast", () => {
  const [a, b] = [values([2, 1, 3, 4]), values([5, 4, 2], 1)];
  const result = einsum("...ij,...jk->...ik", a, b);
  expect(result.shape).toEqual([2, 5, 3, 2]);
  expect([...result.dataSync()]).toEqual([...a.matmul(b).dataSync()]);
  expect(einsum("i...->...", values([3, 2, 2])).shape).toEqual([2, 2]);
});

test("without an arrow the result has the names that occur once, in alphabetical order", () => {
  const x = values([2, 3]);
  expect([...einsum("ba", x).dataSync()]).toEqual([...x.transpose().dataSync()]);
  expect(einsum("ij,jk", x, values([3, 4])).shape).toEqual([2, 4]);
});

test("int32 is multiplied in float32", () => {
  const product = einsum("i,i->", tensor(Int32Array.of(2, 3)), tensor(Int32Array.of(4, 5)));
  expect([product.dtype, product.itemSync()]).toEqual(["float32", 23]);
});

test.each([
  ["ij,jk->ik", [ones([2, 3])], /PL1014.*2 operands, and 1 are given/],
  ["ij->i->j", [ones([2, 3])], /PL1014/],
  ["i1->i", [ones([2, 3])], /PL1014/],
  ["i->i", [ones([2, 3])], /PL1014.*"i" does not name/],
  ["ij->ik", [ones([2, 3])], /PL1014.*"k"/],
  ["ij->ii", [ones([2, 3])], /PL1014.*"i"/],
  ["...j->j", [ones([2, 3])], /PL1014.*\.\.\./],
  ["ij,jk->ik", [ones([2, 3]), ones([4, 2])], /PL1010.*"j" has extent 3 in one place and 4/],
  ["ii->i", [ones([2, 3])], /PL1010.*"i"/],
  ["...i,...i->...", [ones([2, 3]), ones([4, 3])], /PL1010/],
] as const)("%s is refused where it does not fit", (equation, operands, message) => {
  expect(() => einsum(equation, ...operands)).toThrow(message);
});
