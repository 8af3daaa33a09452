import { afterEach, expect, test, vi } from "vitest";
import type { TileTrial } from "./backends/wasm/tile-trial.ts";
import type { TurboReport } from "./turbo.ts";

/** Imports turbo on a made-up host whose trials end as told, one after the other; gives the report and the flags that were set. */
async function turboOn(
  host: { node?: string; arch?: string; v8?: boolean },
  ...trials: Partial<TileTrial>[]
): Promise<{ turbo: TurboReport; flags: string[] }> {
  const flags: string[] = [];
  const { node = "24.0.0", arch = "x64", v8 = true } = host;
  vi.stubGlobal("process", {
    versions: { node },
    arch,
    getBuiltinModule: v8 ? () => ({ setFlagsFromString: (flag: string) => flags.push(flag) }) : undefined,
  });
  vi.resetModules();
  vi.doMock("./backends/wasm/tile-trial.ts", async (importOriginal) => ({
    ...(await importOriginal<object>()),
    tileTrial: () => ({ tile: "narrow", fused: false, speeds: speeds(40), ...trials.shift() }),
  }));
  const { turbo } = await import("./turbo.ts");
  return { turbo, flags };
}

const speeds = (all: number): TileTrial["speeds"] => ({ narrow: all, tall: all, wide: all, large: all });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.doUnmock("./backends/wasm/tile-trial.ts");
});

test("from Node 24 on, pairs of vectors stay on if a trial shows that there are any", async () => {
  const { turbo, flags } = await turboOn({}, { tile: "large", fused: true, speeds: speeds(90) });
  expect(flags).toEqual(["--experimental-wasm-revectorize"]);
  expect(turbo).toMatchObject({ flag: flags[0], fused: true, width: 256, gigaflops: 90 });
});

test("on Node 20 relaxed SIMD stays on if it rounds once", async () => {
  const { turbo, flags } = await turboOn({ node: "20.19.0" }, { fused: true });
  expect(flags).toEqual(["--experimental-wasm-relaxed-simd"]);
  expect(turbo).toMatchObject({ flag: flags[0], fused: true, width: 128, gigaflops: 40 });
});

test.each([
  ["pairs that are none", "26.1.0", { tile: "tall", fused: true }],
  ["fused arithmetic that is none", "20.19.0", { fused: false }],
  ["wrong results", "20.19.0", { fused: true, speeds: speeds(0) }],
] as const)("%s are turned off again, and what is measured is what is left", async (_what, node, bad) => {
  const { turbo, flags } = await turboOn({ node }, bad, { speeds: speeds(33) });
  expect(flags).toHaveLength(2);
  expect(flags[1]).toBe(flags[0].replace("--", "--no-"));
  expect(turbo).toMatchObject({ flag: undefined, width: 128, gigaflops: 33 });
  expect(turbo.why).toContain(flags[0]);
});

test.each([
  ["other processors", { arch: "arm64" }],
  ["Node 22, which has nothing to turn on", { node: "22.11.0" }],
  ["hosts without V8's flags", { v8: false }],
])("nothing is touched on %s", async (_what, host) => {
  const { turbo, flags } = await turboOn(host);
  expect(flags).toEqual([]);
  expect(turbo.flag).toBeUndefined();
});
