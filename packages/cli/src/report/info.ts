/** What this machine offers, on a terminal. */
import type { TurboReport } from "plumb-ml/turbo";
import { plural } from "./format.ts";
import { labelled } from "./report.ts";

export interface MachineFacts {
  readonly plumb: string;
  readonly node: string;
  readonly v8: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly threads: number;
  /** A multiplication and an addition round once. */
  readonly fused: boolean;
  /** Undefined where turbo is off. */
  readonly turbo: TurboReport | undefined;
  /** The best of many matrix products of 512 × 512, in billions of operations per second. */
  readonly gigaflops: { readonly oneThread: number; readonly allThreads: number };
}

export function infoPage(facts: MachineFacts): string {
  const { plumb, node, v8, processor, cores, memoryBytes, threads, fused, turbo, gigaflops } = facts;
  const { oneThread, allThreads } = gigaflops;
  const speed = `${oneThread.toFixed(1)} GF/s on one thread`;
  return labelled([
    ["Plumb", [plumb]],
    ["Node", [`${node}, V8 ${v8}`]],
    ["Machine", [`${processor}, ${plural(cores, "core")}, ${(memoryBytes / 2 ** 30).toFixed(1)} GiB`]],
    ["Turbo", turboLines(turbo)],
    ["Arithmetic", [fused ? "multiply-adds round once" : "multiplications and additions round one by one"]],
    ["Threads", [String(threads)]],
    ["Products", [threads === 1 ? speed : `${speed}, ${allThreads.toFixed(1)} on ${threads}`]],
  ]);
}

function turboLines(turbo: TurboReport | undefined): string[] {
  if (turbo === undefined) return ["off"];
  const { flag, width, why } = turbo;
  return [`${flag === undefined ? "off" : `on, by ${flag}`}: ${why}`, `vectors of ${width} bits in products`];
}
