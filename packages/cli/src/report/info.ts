/** What this machine offers, on a terminal. */
import type { MachineSpeed } from "plumb-ml";
import type { TurboReport } from "plumb-ml/turbo";
import { plural } from "./format.ts";
import { labelled } from "./report.ts";

/** The machine, what of it is used, and its speed, which stands beside these in the JSON too. */
export interface MachineFacts extends MachineSpeed {
  readonly plumb: string;
  readonly node: string;
  readonly v8: string;
  readonly processor: string;
  /** Its extensions that matter here, as Linux names them; empty where nobody tells. */
  readonly features: readonly string[];
  readonly cores: number;
  readonly memoryBytes: number;
  /** What turbo found; where it is off, why. */
  readonly turbo: Pick<TurboReport, "flag" | "why">;
}

export function infoPage(facts: MachineFacts): string {
  const { plumb, node, v8, processor, features, cores, memoryBytes, threads } = facts;
  const { turbo, fused, width, tile, gigaflops, elementwise, bandwidth } = facts;
  const onThreads = ({ oneThread, allThreads }: MachineSpeed["gigaflops"], unit: string): string =>
    `${oneThread.toFixed(1)} ${unit} on one thread${threads === 1 ? "" : `, ${allThreads.toFixed(1)} on ${threads}`}`;
  return labelled([
    ["Plumb", [plumb]],
    ["Node", [`${node}, V8 ${v8}`]],
    [
      "Machine",
      [
        `${processor}, ${plural(cores, "core")}, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`,
        ...(features.length > 0 ? [`has ${features.join(", ")}`] : []),
      ],
    ],
    ["Turbo", [`${turbo.flag === undefined ? "off" : `on, by ${turbo.flag}`}: ${turbo.why}`]],
    [
      "Arithmetic",
      [
        fused ? "multiply-adds round once" : "multiplications and additions round one by one",
        `products in vectors of ${width} bits and ${tile} tiles, ${fused ? "the fastest in a trial" : "which need no such multiply-adds"}`,
      ],
    ],
    ["Threads", [String(threads)]],
    ["Products", [onThreads(gigaflops, "GF/s")]],
    ["Element-wise", [onThreads(elementwise, "GF/s")]],
    ["Memory", bandwidth.map((tried) => `${onThreads(tried, "GB/s")}, in ${tried.bytes / 2 ** 20} MiB`)],
  ]);
}
