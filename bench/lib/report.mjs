// What a contest found: lines to read, and rows of data.

import { cpus, loadavg, totalmem } from "node:os";
import { ratioOf, taken } from "./contest.mjs";
import { reference, source } from "./reference.mjs";
import { median, quantile, spread } from "./stats.mjs";

/** @typedef {import("./contest.mjs").Entry} Entry */

/** The machine and the day, without which figures are worth nothing. */
export function machine() {
  const { node, v8 } = process.versions;
  const flags = process.execArgv.join(" ") || "no flags";
  const memory = Math.round(totalmem() / 2 ** 30);
  return [
    `${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, Node ${node} (V8 ${v8}), ${flags}`,
    `${cpus().length} cores (${cpus()[0].model}), ${memory} GB, ${process.platform} ${process.arch}, load ${loadavg()[0].toFixed(1)}`,
  ];
}

/**
 * The entries of a work as lines: milliseconds, how far half of the rounds lie from them, and at each rival how many times
 * as long it takes as Plumb in each of the lines above it.
 * @param {string} name @param {readonly Entry[]} entries
 */
export function linesOf(name, entries) {
  const { own, bare, rivals } = sorted(entries);
  const { operations } = /** @type {{ operations?: number }} */ (entries[0].work);
  const line = (/** @type {Entry} */ entry, /** @type {string} */ more) => {
    const { rival, way, cannot, turbo, threads } = entry;
    const mode = way?.mode ?? (turbo ? "turbo" : "");
    const label = `${rival.padEnd(12)}${way?.threads ?? threads}T ${mode.padEnd(11)}`;
    const times = taken(entry);
    if (times.length === 0) return `  ${label}  ${cannot ?? "no time"}${more}`;
    const ms = median(times);
    const time = (ms < 1 ? ms.toFixed(4) : ms.toFixed(2)).padStart(9);
    const around = times.length > 1 ? `± ${(50 * spread(times)).toFixed(0)}%` : "once";
    const speed = operations === undefined ? "" : `${(operations / ms / 1e6).toFixed(0).padStart(5)} GF/s`;
    const notes = [way?.note, cannot].filter((note) => note !== undefined);
    return `  ${label}${time} ms ${around.padEnd(6)}${speed}${more}${notes.map((note) => `  (${note})`).join("")}`;
  };
  return [
    `${name}  ${entries[0].work.title}`,
    ...own.map((entry) => {
      const alone = ratioOf(bareOf(bare, entry), entry);
      return line(entry, alone === undefined ? "" : `  ${alone.toFixed(2)} × the compiled step alone`);
    }),
    ...rivals.map((entry) => {
      const known = reference[name]?.[entry.rival];
      if (taken(entry).length > 0)
        return line(entry, own.map((one) => `${show(ratioOf(one, entry))} ×`.padStart(10)).join(""));
      return line(entry, known === undefined ? "" : `; not the same run: ${known.toFixed(2)} ms`);
    }),
  ];
}

/** @param {number | undefined} ratio */
const show = (ratio) => (ratio === undefined ? "–" : ratio.toFixed(ratio < 10 ? 2 : 0));

/**
 * A row for each rival and each way of Plumb. Where a rival has no time, `rival_ms` and `ratio` are null, and `reference`
 * is what it took elsewhere, if that is known.
 * @param {string} work @param {readonly Entry[]} entries @param {object} setting  what else holds for all rows
 */
export function rowsOf(work, entries, setting) {
  const { own, bare, rivals } = sorted(entries);
  return own
    .filter((entry) => taken(entry).length > 0)
    .flatMap((entry) => {
      const alone = bareOf(bare, entry);
      return rivals.map((other) => {
        const known = reference[work]?.[other.rival];
        const compared = ratioOf(entry, other);
        return {
          work,
          rival: other.rival,
          node: process.versions.node,
          mode: entry.way?.mode,
          threads: entry.way?.threads,
          ms: median(taken(entry)),
          rival_ms: compared === undefined ? null : median(taken(other)),
          ratio: compared ?? null,
          ...setting,
          rounds: taken(entry).length,
          quartiles: quartilesOf(entry),
          rival_version: other.way?.version,
          rival_threads: other.way?.threads,
          rival_rounds: taken(other).length,
          rival_quartiles: quartilesOf(other),
          note: other.way?.note,
          cannot: other.cannot,
          ...(alone && { bare_ms: median(taken(alone)), of_bare: ratioOf(alone, entry) }),
          ...(compared === undefined && known !== undefined && { reference: { ms: known, source } }),
        };
      });
    });
}

/** @param {Entry} entry */
const quartilesOf = (entry) =>
  taken(entry).length === 0 ? undefined : [0.25, 0.75].map((q) => quantile(taken(entry), q));

/** Plumb at the work, Plumb at the step alone where the work is a fit, and the rivals. @param {readonly Entry[]} entries */
const sorted = (entries) => ({
  own: entries.filter(({ rival, work }) => rival === "plumb" && work === entries[0].work),
  bare: entries.filter(({ work }) => work !== entries[0].work),
  rivals: entries.filter(({ rival }) => rival !== "plumb"),
});

/** The step alone, run as this fit is. @param {readonly Entry[]} bare @param {Entry} entry */
const bareOf = (bare, { threads, turbo }) =>
  bare.find((one) => one.threads === threads && one.turbo === turbo && taken(one).length > 0);
