import { expect, it } from "vitest";
import { EngineMemory } from "./memory.ts";
import { OffThreadRuns } from "./off-thread.ts";

/** Runs of the leader alone, on a memory of its own. */
async function started(): Promise<{ runs: OffThreadRuns; memory: EngineMemory; ended: string[] }> {
  const memory = new EngineMemory();
  const ended: string[] = [];
  const runs = new OffThreadRuns(memory, false, () => ended.push("refused"));
  expect(runs.state).toBe("unused");
  expect(runs.record()).toBeUndefined();
  await runs.ready();
  expect(runs.state).toBe("working");
  return { runs, memory, ended };
}

it("a worker that meets what it should not is an error of who awaits it, and the last of the workers", async () => {
  const { runs, memory, ended } = await started();
  const recording = runs.record();
  recording?.begin({ module: Uint8Array.of(1, 2, 3), block: memory.allocate(64) }, undefined, undefined);
  expect(() => runs.requireIdle("a value")).toThrow(/PL7003.*a value/s);
  await expect(recording?.submit()).rejects.toThrow(/PL7004.*CompileError/s);
  expect(runs.state).toBe("refused");
  expect(ended).toEqual(["refused"]);
  expect(runs.record()).toBeUndefined();
  expect(() => runs.requireIdle("a value")).not.toThrow();
});

it("what would disturb runs under way waits for their end", async () => {
  const { runs, memory } = await started();
  const order: string[] = [];
  const recording = runs.record();
  runs.whenIdle(() => order.push("freed"));
  recording?.begin({ module: Uint8Array.of(), block: memory.allocate(64) }, undefined, undefined);
  const landed = recording?.submit().catch(() => order.push("landed"));
  expect(order).toEqual([]);
  await landed;
  expect(order).toEqual(["freed", "landed"]);
  runs.whenIdle(() => order.push("at once"));
  expect(order).toEqual(["freed", "landed", "at once"]);
});

it("a recording without runs is over at once", async () => {
  const { runs } = await started();
  expect(await runs.record()?.submit()).toEqual({ failed: -1, milliseconds: 0 });
  expect(runs.record()).toBeDefined();
});
