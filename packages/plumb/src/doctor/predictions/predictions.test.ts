import { describe, expect, test } from "vitest";
import { check, type CheckOptions } from "../check.ts";
import { pseudo } from "../made-up.ts";

const rows = 200;
const labels = Array.from({ length: rows }, (_, row) => row % 3);
/** Logits that are right for four rows in five. */
const logits = labels.flatMap((of, row) => {
  const said = pseudo(row) < 0.8 ? of : (of + 1) % 3;
  return [0, 1, 2].map((k) => (k === said ? 1 : 0) + pseudo(3 * row + k + 7));
});
const probabilities = softmax(logits);

function softmax(values: readonly number[]): number[] {
  const out = values.map(Math.exp);
  return out.map((value, i) => {
    const start = i - (i % 3);
    return value / (out[start] + out[start + 1] + out[start + 2]);
  });
}

const errors = async (options: CheckOptions) =>
  (await check(options)).findings
    .filter(({ severity }) => severity === "error")
    .map(({ catalogue }) => catalogue);

describe("of labels and predictions alone it is told", () => {
  const right = { labels, predictions: probabilities, kind: "probabilities" } as const;

  test("nothing of what is right, read as what it is", async () => {
    expect(await errors(right)).toEqual([]);
    expect(await errors({ labels, predictions: logits, kind: "logits" })).toEqual([]);
  });

  test("that logits were scored as probabilities (C1)", async () => {
    expect(await errors({ ...right, predictions: logits })).toEqual(["C1"]);
  });

  test("that the columns of a row do not sum to 1 (C1)", async () => {
    const { findings } = await check({ ...right, predictions: probabilities.map((p) => p * 0.8) });
    expect(findings.map(({ catalogue }) => catalogue)).toContain("C1");
  });

  test("that probabilities were scored as logits (C2)", async () => {
    expect(await errors({ ...right, kind: "logits" })).toEqual(["C2"]);
    const one = Array.from({ length: 40 }, (_, row) => row % 2);
    const said = one.map((of, row) => 0.2 + 0.6 * of + 0.1 * pseudo(row));
    expect(await errors({ labels: one, predictions: said, kind: "logits" })).toEqual(["C2"]);
    expect(await errors({ labels: one, predictions: said, kind: "probabilities" })).toEqual([]);
  });

  test("that labels are counted from 1, or moved (D4)", async () => {
    expect(await errors({ ...right, labels: labels.map((of) => of + 1) })).toEqual(["D4"]);
    expect(await errors({ ...right, labels: labels.map((of) => (of + 1) % 3) })).toEqual(["D4"]);
  });

  test("that two classes are exchanged (D4)", async () => {
    const one = Array.from({ length: 60 }, (_, row) => row % 2);
    const said = one.map((of, row) => 0.8 - 0.6 * of + 0.1 * pseudo(row));
    expect(await errors({ labels: one, predictions: said, kind: "probabilities" })).toEqual(["D4"]);
  });

  test("that labels are signs (C9)", async () => {
    const signs = Array.from({ length: 60 }, (_, row) => (row % 2 === 0 ? -1 : 1));
    const said = signs.map((of, row) => 0.5 + 0.3 * of + 0.1 * pseudo(row));
    expect(await errors({ labels: signs, predictions: said, kind: "probabilities" })).toEqual(["C9"]);
  });

  test("that rows are there twice (D14), and that one prediction has two labels (D7)", async () => {
    const twice = {
      ...right,
      labels: [...labels, ...labels],
      predictions: [...probabilities, ...probabilities],
    };
    const { findings } = await check(twice);
    expect(findings.find(({ catalogue }) => catalogue === "D14")?.number).toBeCloseTo(0.5, 12);
    expect(findings.map(({ catalogue }) => catalogue)).not.toContain("D7");
    const other = await check({ ...twice, labels: [...labels, ...labels.map((of) => (of + 1) % 3)] });
    expect(other.findings.map(({ catalogue }) => catalogue)).toContain("D7");
  });

  test("which labels may be wrong (D17), where there are more than the model itself expects", async () => {
    const wrong = labels.map((of, row) => (row === 30 ? (of + 1) % 3 : of));
    const sure = labels.flatMap((of) => [0, 1, 2].map((k) => (k === of ? 0.98 : 0.01)));
    const { findings } = await check({ labels: wrong, predictions: sure, kind: "probabilities" });
    expect(findings.find(({ catalogue }) => catalogue === "D17")).toBeUndefined();
    const several = labels.map((of, row) => (row % 20 === 0 ? (of + 1) % 3 : of));
    const told = (await check({ labels: several, predictions: sure, kind: "probabilities" })).findings;
    const rowsTold = Array.from({ length: 10 }, (_, i) => 20 * i);
    expect(told.find(({ catalogue }) => catalogue === "D17")?.where?.rows).toEqual(rowsTold);
  });
});
