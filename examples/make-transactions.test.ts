import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeTransactions } from "./make-transactions.mjs";

const committed = readFileSync(new URL("transactions.csv", import.meta.url), "utf8");

test("the script makes the committed table, byte for byte", () => {
  expect(makeTransactions() === committed).toBe(true);
});

test("the table is what the README says: 20,000 rows, about 2% of them fraud", () => {
  const [header, ...rows] = committed.trimEnd().split("\n");
  const frauds = rows.filter((row) => row.endsWith(",1")).length;
  expect(header.endsWith(",fraud")).toBe(true);
  expect(rows.length).toBe(20_000);
  expect(frauds / rows.length).toBeGreaterThan(0.015);
  expect(frauds / rows.length).toBeLessThan(0.025);
});
