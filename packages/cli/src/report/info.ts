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
  readonly cores: number;
  readonly memoryBytes: number;
  /** A multiplication and an addition round once. */
  readonly fused: boolean;
  /** Undefined where turbo is off. */
  readonly turbo: TurboReport | undefined;
}

export function infoPage(facts: MachineFacts): string {
  const { plumb, node, v8, processor, cores, memoryBytes, threads, fused, turbo } = facts;
  const { gigaflops, elementwise, bandwidth } = facts;
  const onThreads = ({ oneThread, allThreads }: MachineSpeed["gigaflops"], unit: string): string =>
    `${oneThread.toFixed(1)} ${unit} on one thread${threads === 1 ? "" : `, ${allThreads.toFixed(1)} on ${threads}`}`;
  return labelled([
    ["Plumb", [plumb]],
    ["Node", [`${node}, V8 ${v8}`]],
    ["Machine", [`${processor}, ${plural(cores, "core")}, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`]],
    ["Turbo", turboLines(turbo)],
    ["Arithmetic", [fused ? "multiply-adds round once" : "multiplications and additions round one by one"]],
    ["Threads", [String(threads)]],
    ["Products", [onThreads(gigaflops, "GF/s")]],
    ["Element-wise", [onThreads(elementwise, "GF/s")]],
    ["Memory", bandwidth.map((tried) => `${onThreads(tried, "GB/s")}, in ${tried.bytes / 2 ** 20} MiB`)],
  ]);
}

function turboLines(turbo: TurboReport | undefined): string[] {
  if (turbo === undefined) return ["off"];
  const { flag, width, why } = turbo;
  return [`${flag === undefined ? "off" : `on, by ${flag}`}: ${why}`, `vectors of ${width} bits in products`];
}
