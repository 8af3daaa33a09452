/** What wrong decisions between two classes cost. */
import type { CheckOptions } from "plumb-ml/doctor";
import { badFlag } from "../flags.ts";

type Costs = NonNullable<CheckOptions["costs"]>;

const namesOf: Readonly<Record<keyof Costs, readonly string[]>> = {
  falsePositive: ["falsepositive", "fp"],
  falseNegative: ["falsenegative", "fn"],
};

/** Reads `falsePositive=1,falseNegative=20`, or `fp=1,fn=20`. Errors: PL4004. */
export function parseCosts(text: string): Costs {
  const given = new Map(
    text.split(",").map((pair) => {
      const [name, cost = ""] = pair.split("=").map((part) => part.trim());
      return [name.toLowerCase(), cost === "" ? NaN : Number(cost)] as const;
    }),
  );
  const costOf = (error: keyof Costs): number =>
    given.get(namesOf[error].find((name) => given.has(name)) ?? "") ?? NaN;
  const costs = { falsePositive: costOf("falsePositive"), falseNegative: costOf("falseNegative") };
  const known = Object.values(namesOf).flat();
  const good =
    [...given.keys()].every((name) => known.includes(name)) &&
    Object.values(costs).every((cost) => cost >= 0 && cost < Infinity) &&
    costs.falsePositive + costs.falseNegative > 0;
  if (good) return costs;
  throw badFlag(
    "--costs",
    text,
    "what each kind of error costs, numbers of at least 0",
    "falsePositive=1,falseNegative=20",
  );
}
