/**
 * The side door `plumb-ml/turbo`: importing it turns on what Node's compiler holds back. Import it before anything is
 * computed:
 *
 *     import { turbo } from "plumb-ml/turbo";
 *     import { Sequential } from "plumb-ml";
 */
import { tileTrial, vectorBits, type TileTrial } from "./backends/wasm/tile-trial.ts";

interface V8 {
  setFlagsFromString(flag: string): void;
}
interface Host {
  readonly process?: {
    readonly versions?: { readonly node?: string };
    readonly arch?: string;
    getBuiltinModule?(name: "node:v8"): V8;
  };
}

/** What turbo found on this machine, and did. */
export interface TurboReport {
  /** The flag of V8 that is on for it; undefined where none is, or none helps. */
  readonly flag: string | undefined;
  /** Multiply-adds round once. */
  readonly fused: boolean;
  /** Bits of a vector in matrix products. */
  readonly width: 128 | 256;
  /** Speed of a small matrix product on one thread, in billions of operations per second; 0 where none was measured. */
  readonly gigaflops: number;
  /** A sentence on why it is as it is. */
  readonly why: string;
}

const { process } = globalThis as unknown as Host;

/** What a flag of V8 promises, and whether a trial shows that it is so. */
interface Offer {
  readonly flag: string;
  readonly what: string;
  readonly isKept: (trial: TileTrial) => boolean;
}

/** The flag for this host. Before Node 24 V8 makes pairs of vectors and gains nothing; from 21 on it fuses unasked. */
function offered(): Offer | undefined {
  const version = Number.parseInt(process?.versions?.node ?? "", 10);
  if (process?.arch !== "x64") return undefined;
  if (version >= 24)
    return {
      flag: "--experimental-wasm-revectorize",
      what: "two neighbouring vectors of 128 bits run as one of 256",
      isKept: (trial) => vectorBits(trial) === 256,
    };
  if (version < 21)
    return {
      flag: "--experimental-wasm-relaxed-simd",
      what: "a multiplication and an addition run as one instruction",
      isKept: ({ fused, tile, speeds }) => fused && speeds[tile] > 0,
    };
  return undefined;
}

function start(): TurboReport {
  const offer = offered();
  const v8 = process?.getBuiltinModule?.("node:v8");
  if (offer === undefined || v8 === undefined)
    return report(tileTrial(), undefined, "there is no flag that would help this host");
  const { flag, what, isKept } = offer;
  v8.setFlagsFromString(flag);
  const trial = tileTrial({ again: true });
  if (isKept(trial)) return report(trial, flag, what);
  v8.setFlagsFromString(flag.replace("--", "--no-"));
  const without = tileTrial({ again: true });
  return report(without, undefined, `a trial with ${flag} gave no right results, or none sooner`);
}

const report = (trial: TileTrial, flag: string | undefined, why: string): TurboReport => ({
  flag,
  fused: trial.fused,
  width: vectorBits(trial),
  gigaflops: trial.speeds[trial.tile],
  why,
});

/**
 * What importing this module turned on, after a trial of results and speed: on Node 24 and newer V8's revectorizer, on Node
 * 20 its relaxed SIMD; both on x64 only. A flag that gives wrong results or no speed is turned off again; elsewhere (in
 * pages, on other processors) nothing is touched, and the report says so. The flags are experimental and hold for the
 * whole process, which is why nobody but you turns them on. The trial takes some 50 milliseconds.
 *
 * Products with fused arithmetic round once where others round twice: on Node 20 results differ from those without turbo
 * in the last places. The widths of vectors change no bit.
 */
export const turbo: TurboReport = start();
