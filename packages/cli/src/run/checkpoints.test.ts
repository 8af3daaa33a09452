import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ones } from "plumb-ml";
import { expect, it } from "vitest";
import { buildNetwork } from "../experiment/network.ts";
import { checkpoints } from "./checkpoints.ts";
import { checkpointFile, RunFolder } from "./run-folder.ts";
import { decodeWeights, weightsOf } from "./weights-file.ts";

it("writes whole weights: after the first epoch, then once in a second, and every minute within an epoch", () => {
  const cwd = mkdtempSync(join(tmpdir(), "plumb-checkpoints-"));
  try {
    const folder = RunFolder.create("run", cwd);
    const model = buildNetwork({ inputs: 2, layers: [3], dropout: 0, units: 1, head: "sigmoid" });
    model.call(ones([1, 2]));
    let time = 0;
    const { onEpochEnd, onProgress } = checkpoints(model, folder, () => time);
    const path = join(folder.path, checkpointFile);
    /** Whether a file was written: it is removed before. */
    const writes = (at: number, event: () => unknown): boolean => {
      rmSync(path, { force: true });
      time = at;
      event();
      return existsSync(path);
    };
    const epoch = (): unknown => onEpochEnd?.(0, { loss: 0 });
    const progress = (): unknown => onProgress?.({} as Parameters<NonNullable<typeof onProgress>>[0]);
    expect(writes(5, progress)).toBe(false);
    expect(writes(10, epoch)).toBe(true);
    expect(decodeWeights(readFileSync(path), "w")).toEqual(weightsOf(model));
    expect(readdirSync(join(folder.path, "checkpoints"))).toEqual(["latest.safetensors"]);
    expect(writes(900, epoch)).toBe(false);
    expect(writes(1100, epoch)).toBe(true);
    expect(writes(60_000, progress)).toBe(false);
    expect(writes(61_200, progress)).toBe(true);
    expect(writes(61_300, epoch)).toBe(false);
    folder.discard();
    expect(readdirSync(cwd)).toEqual([]);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
