import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readTask, taskFor, writeTask } from "./task.mjs";
import { fit, mlp, works, type Work } from "./works.mjs";

const folder = mkdtempSync(join(tmpdir(), "plumb-bench-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const small: Record<string, Work> = {
  train: mlp(4, [3, 5, 2]),
  tokens: {
    ...works.nanoGPT,
    input: [2, 3],
    labels: [2, 3],
    vocabulary: 5,
    classes: 5,
    weights: { tokens: { embeddings: [5, 4] } },
  } as Work,
  fit: fit(mlp(4, [3, 5, 2]), 10),
  crossentropy: { title: "", job: "crossentropy", logits: [32, 50], gradient: true },
  matmul: { title: "", job: "matmul", a: [2, 3], b: [3, 4], operations: 48 },
  adam: { ...works["Adam-10M"], job: "adam", params: [[2, 3]] } as Work,
};

describe.each(Object.entries(small))("a task of %s", (_, work) => {
  const task = taskFor(work);

  test("is read as it was written", () => {
    const line = writeTask(task, join(folder, "task"))({ threads: 2, turbo: true });
    expect(readTask(line)).toEqual({ threads: 2, turbo: true, task });
  });

  test("has the same numbers each time", () => {
    expect(taskFor(work)).toEqual(task);
  });
});

test("labels name classes, tokens name embeddings, and what is sampled is there", () => {
  for (const work of Object.values(small)) {
    const task = taskFor(work);
    if ("classes" in task) {
      const rows = work.job === "fit" ? work.rows : task.labels.length;
      expect(task.labels).toHaveLength(rows);
      expect(task.labels.every((label) => label >= 0 && label < task.classes)).toBe(true);
      if (task.x instanceof Int32Array)
        expect(task.x.every((token) => token < task.weights.tokens.embeddings.shape[0])).toBe(true);
    }
    const answers = { crossentropy: 32 * 50, matmul: 8, adam: 6, train: 0, fit: 0 }[work.job];
    if ("sample" in task) expect(task.sample.every((at) => at >= 0 && at < answers)).toBe(true);
  }
});
