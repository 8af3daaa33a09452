/** What this host's WebAssembly can do: asked by validating small modules and running one, never assumed. */
import { ModuleBuilder, type FunctionBuilder } from "./encoder.ts";
import type { Features } from "./kernel-function.ts";

function moduleOf(build: (f: FunctionBuilder) => void): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  module.exportFunction("probe", module.func([], ["f32"], build));
  return module.toBytes();
}

/** True where 128-bit SIMD exists; without it the Wasm backend cannot run. */
export const hasSimd = (): boolean =>
  typeof WebAssembly === "object" &&
  WebAssembly.validate(moduleOf((f) => f.f32(1).op("f32x4.splat").lane("f32x4.extract_lane", 0)));

/** True where modules may be compiled: a page's content policy can forbid it. */
export function mayCompile(): boolean {
  try {
    void new WebAssembly.Module(moduleOf((f) => f.f32(1)));
    return true;
  } catch {
    return false;
  }
}

/**
 * True where relaxed SIMD exists and its multiply-add rounds once: (1 + 2⁻¹²)² - (1 + 2⁻¹¹) is 2⁻²⁴ then, and 0 where the
 * product is rounded first.
 */
function fuses(): boolean {
  const bytes = moduleOf((f) => {
    f.f32(1 + 2 ** -12)
      .op("f32x4.splat")
      .f32(1 + 2 ** -12)
      .op("f32x4.splat");
    f.f32(-(1 + 2 ** -11))
      .op("f32x4.splat")
      .op("f32x4.relaxed_madd")
      .lane("f32x4.extract_lane", 0);
  });
  if (!WebAssembly.validate(bytes)) return false;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return (instance.exports.probe as () => number)() === 2 ** -24;
}

export const probe = (): Features => ({ fused: fuses(), shared: false, tile: "narrow" });
