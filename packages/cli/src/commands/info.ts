/** `plumb info`: what this machine offers, which way of computing is used, and how fast it is. */
import { availableParallelism, cpus, totalmem } from "node:os";
import { machineSpeed, tensor } from "plumb-ml";
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
  const facts: MachineFacts = {
    plumb: plumbVersion,
    node: process.versions.node,
    v8: process.versions.v8,
    processor: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    fused: isFused(),
    turbo: found,
    ...(await machineSpeed()),
  };
  io.stdout.write(json === true ? `${JSON.stringify(facts, null, 2)}\n` : infoPage(facts));
  return exitCodes.done;
}

/** −(1 + 2⁻¹¹) + (1 + 2⁻¹²)² is 2⁻²⁴ where the square is not rounded before it is added, and 0 where it is. */
function isFused(): boolean {
  const near = 1 + 2 ** -12;
  const left = tensor([1, near], [1, 2]);
  const right = tensor([-(1 + 2 ** -11), near], [2, 1]);
  return left.matmul(right).itemSync() === 2 ** -24;
}
