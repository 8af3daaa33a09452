/** All records, by family and as one list. Methods of tensors, tests, docs and tables are derived from these. */
import type { Op } from "../graph/op.ts";
import { bounded } from "./bounded.ts";
import { compare } from "./compare.ts";
import { composite } from "./composite.ts";
import { contract } from "./contract.ts";
import { effect } from "./effect.ts";
import { elementwise } from "./elementwise.ts";
import { gathers } from "./gather.ts";
import { loops } from "./loop.ts";
import { place } from "./place.ts";
import { random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { scan } from "./scan.ts";
import { scatters } from "./scatter.ts";
import { sort } from "./sort.ts";
import { source } from "./source.ts";
import { view } from "./view.ts";

export { g, makeNode } from "./builder.ts";
export { expandComposites } from "./composite.ts";
export {
  bounded,
  compare,
  composite,
  contract,
  effect,
  elementwise,
  gathers,
  loops,
  place,
  random,
  reduce,
  scan,
  scatters,
  sort,
  source,
  view,
};

/** The families in the order in which a reader meets them, each by the names of its ops. */
export const families = {
  source,
  elementwise,
  bounded,
  compare,
  reduce,
  scan,
  sort,
  view,
  place,
  contract,
  gather: gathers,
  scatter: scatters,
  random,
  composite,
  loop: loops,
  effect,
};

/** Every op there is. */
export const allOps: readonly Op[] = Object.values(families).flatMap((family) => Object.values<Op>(family));
