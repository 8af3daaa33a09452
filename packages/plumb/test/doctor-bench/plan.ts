/** Which trainings there are: faults and honest ones, over models, data and seeds, in two halves. */
import { variants } from "./clean.ts";
import { dataSets, isHeldOut } from "./data/index.ts";
import { faults } from "./faults/index.ts";
import type { ModelName } from "./models.ts";
import { setupOf, type Setup } from "./setup.ts";

/** `dev`: rules may be tuned on it. `held-out`: looked at once, at the end. */
export type Half = "dev" | "held-out";

export interface BenchCase {
  /** "fault/set/model/seed", or "clean: variant/…". */
  readonly id: string;
  readonly kind: "fault" | "clean";
  /** Of the fault, or of the variant. */
  readonly name: string;
  readonly set: string;
  readonly model: string;
  readonly seed: number;
  readonly half: Half;
  /** What would have to be said; nothing of an honest one. */
  readonly right: readonly string[];
  setup(): Setup;
}

/** So many trainings of each fault and each honest way in each half, at most. */
const perFault = 12;
const perVariant = 60;
const seeds = [1, 2, 3, 4];

/** Every pair of a set and a model that suits it. */
const pairs = (half: Half) =>
  dataSets
    .filter((set) => isHeldOut(set) === (half === "held-out"))
    .flatMap((set) => (Object.keys(set.models) as ModelName[]).map((model) => ({ set, model })));

/** `count` of a list, evenly over it. */
const spread = <T>(list: readonly T[], count: number): readonly T[] =>
  list.length <= count
    ? list
    : Array.from({ length: count }, (_, i) => list[Math.floor(((i + 0.5) * list.length) / count)]);

/** All cases of a half. Setups are cheap to make only for sets that were made before, so they are kept by set and seed. */
export function casesOf(half: Half): readonly BenchCase[] {
  const setups = pairs(half)
    .filter(({ set }) => set.present)
    .flatMap(({ set, model }) => seeds.map((seed) => setupOf(set, model, seed)));
  const one = (
    kind: BenchCase["kind"],
    { name, right = [] }: { readonly name: string; readonly right?: readonly string[] },
    { set, model, seed }: Setup,
    setup: () => Setup,
  ): BenchCase => ({
    id: `${kind === "clean" ? "clean: " : ""}${name}/${set.name}/${model}/${seed}`,
    kind,
    name,
    set: set.name,
    model,
    seed,
    half,
    right,
    setup,
  });
  const sick = faults.flatMap((fault) =>
    spread(
      setups.filter((setup) => fault.applies(setup)),
      perFault,
    ).map((setup) => one("fault", fault, setup, () => fault.inject(setup))),
  );
  const clean = variants.flatMap((variant) =>
    spread(
      setups.filter((setup) => variant.applies(setup)),
      perVariant,
    ).map((setup) => one("clean", variant, setup, () => variant.change(setup))),
  );
  return [...sick, ...clean];
}
