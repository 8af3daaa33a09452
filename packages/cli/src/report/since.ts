/** What is otherwise than in an earlier run: findings no longer reported or new, figures surely better or worse. */
import { diagnoses, type Finding, type Measurements } from "plumb-ml/doctor";
import type { EarlierRun } from "../run/earlier.ts";
import type { StoredFindings } from "../run/stored.ts";
import { showNumber } from "./format.ts";

/** Losses and errors are better where they are lower; of all else more is better. */
const lowerIsBetter = /[eE]ntropy|Error|Score$|share of wrong/;
const higherScores = new Set(["f1Score", "r2Score"]);

const isBetterLower = (name: string): boolean => lowerIsBetter.test(name) && !higherScores.has(name);

/**
 * A line each for what is no longer reported (mended, or silent because something is in force against it), what is new,
 * what got better and what got worse.
 */
export function since(earlier: EarlierRun, { findings, metrics }: StoredFindings): string[] {
  const before = earlier.findings;
  if (before === undefined) return [];
  const [gone, fresh] = [without(before.findings, findings), without(findings, before.findings)];
  const { better, worse } =
    metrics === undefined || before.metrics === undefined
      ? { better: [], worse: [] }
      : surely(before.metrics.test, metrics.test);
  const lines: readonly (readonly [what: string, items: readonly string[], between: string])[] = [
    ["No longer reported", gone, "; "],
    ["New", fresh, "; "],
    ["Surely better", better, ", "],
    ["Surely worse", worse, ", "],
  ];
  return lines
    .filter(([, items]) => items.length > 0)
    .map(([what, items, between]) => `${what} since ${earlier.name}: ${items.join(between)}`);
}

/** Warnings and errors that are not among others. */
function without(all: readonly Finding[], others: readonly Finding[]): string[] {
  return all
    .filter(({ severity }) => severity !== "information")
    .filter(({ code }) => others.every((other) => other.code !== code))
    .map(
      ({ code, catalogue }) =>
        `${code} (${diagnoses.find(({ id }) => id === catalogue)?.title ?? catalogue})`,
    );
}

/** Figures that differ by more than the halves of their intervals that face each other, put together as errors are. */
function surely(
  before: Measurements,
  now: Measurements,
): { readonly better: readonly string[]; readonly worse: readonly string[] } {
  const [better, worse]: [string[], string[]] = [[], []];
  for (const [name, { value, low, high }] of Object.entries(now)) {
    const then = before[name];
    if (then === undefined) continue;
    const rose = value > then.value;
    const chance = rose
      ? Math.hypot(value - low, then.high - then.value)
      : Math.hypot(high - value, then.value - then.low);
    if (!(Math.abs(value - then.value) > chance)) continue;
    const isBetter = rose !== isBetterLower(name);
    (isBetter ? better : worse).push(`${inWords(name)} ${showNumber(then.value)} → ${showNumber(value)}`);
  }
  return { better, worse };
}

/** `balancedAccuracy` as words. */
const inWords = (name: string): string =>
  name.replaceAll(/(?<=[a-z\d])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
