/** `plumb info`: what this machine offers, which way of computing is used, and how fast it is. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { machineSpeed } from "plumb-ml";
import { exitCodes, type Io } from "../io.ts";
import { infoPage, type MachineFacts } from "../report/info.ts";
import { plumbVersion } from "../run/versions.ts";
import type { Command } from "./command.ts";

export interface InfoOptions {
  readonly json?: boolean;
  readonly turbo?: boolean;
}

export const info: Command<InfoOptions> = {
  name: "info",
  summary: "Show what this machine offers, which way of computing is used and why, and how fast it is.",
  arguments: [],
  options: [{ flags: "--json", help: "print the facts as JSON" }],
  examples: ["plumb info", "plumb info --no-turbo"],
  computes: true,
  run,
};

async function run(_: readonly unknown[], { json, turbo }: InfoOptions, io: Io): Promise<number> {
  const found = turbo === false ? undefined : await io.turbo?.();
  const leftOff =
    turbo === false ? "--no-turbo leaves flags of Node's compiler as they are" : "nobody asked for it";
  const facts: MachineFacts = {
    plumb: plumbVersion,
    node: process.versions.node,
    v8: process.versions.v8,
    processor: cpus()[0]?.model.trim() ?? process.arch,
    features: processorFeatures(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    turbo: found ?? { flag: undefined, why: leftOff },
    ...(await machineSpeed()),
  };
  io.stdout.write(json === true ? `${JSON.stringify(facts, null, 2)}\n` : infoPage(facts));
  return exitCodes.done;
}

/** Extensions of the processor that decide how fast kernels can be, where Linux tells which it has. */
const telling = ["avx", "avx2", "fma", "avx512f", "asimd"];

function processorFeatures(): readonly string[] {
  try {
    const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? "";
    const found = new Set(flags.trim().split(/\s+/));
    return telling.filter((name) => found.has(name));
  } catch {
    return []; // not Linux
  }
}
