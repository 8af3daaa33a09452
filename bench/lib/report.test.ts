import { expect, test } from "vitest";
import { Entry } from "./contest.mjs";
import { reference } from "./reference.mjs";
import { linesOf, rowsOf } from "./report.mjs";
import { works } from "./works.mjs";

const rules = { rounds: 3, patience: 1, turn: 1, clock: "ms" } as const;
const way = { ms: 1, cpu: 1, threads: 2, version: "1", mode: "plain" };
const entry = (rival: string, times: (number | undefined)[], work = works.B): Entry =>
  Object.assign(new Entry({ rival, threads: 2 }, work, rules), { times, way });
const own = entry("plumb", [2, 4, 1]);

test("a row begins with what it is about, and its ratio is the median over rounds that both took part in", () => {
  const [row] = rowsOf("B", [own, entry("torch", [4, undefined, 3])], {});
  const keys = ["work", "rival", "node", "mode", "threads", "ms", "rival_ms", "ratio"];
  expect(Object.keys(row).slice(0, 8)).toEqual(keys);
  expect(row).toMatchObject({ work: "B", rival: "torch", mode: "plain", threads: 2, ms: 2, rival_ms: 3.5 });
  expect(row.ratio).toBe(2.5);
});

test("who is not there has no ratio, but the figure of another run, and a line that says why", () => {
  const absent = Object.assign(entry("jax", []), { way: undefined, cannot: "No module named 'jax'" });
  const [row] = rowsOf("B", [own, absent], {});
  expect(row).toMatchObject({ rival_ms: null, ratio: null, cannot: absent.cannot });
  expect(row.reference?.ms).toBe(reference.B.jax);
  expect(linesOf("B", [own, absent]).at(-1)).toMatch(/No module named 'jax'; not the same run: 5\.50 ms/);
});

test("without Plumb there are no rows", () => {
  expect(rowsOf("B", [entry("plumb", []), entry("torch", [1, 2, 3])], {})).toEqual([]);
});

test("a fit says how it compares with the step alone", () => {
  const fitting = entry("plumb", [3, 6, 6], works["fit-B"]);
  const keras = entry("keras", [9, 9, 9], works["fit-B"]);
  const [row] = rowsOf("fit-B", [fitting, keras, own], {});
  expect(row).toMatchObject({ rival: "keras", bare_ms: 2, of_bare: 1.5 });
  expect(linesOf("fit-B", [fitting, keras, own])[1]).toMatch(/1\.50 × the compiled step alone/);
});
