export {
  checkSameRows,
  checkSomeRows,
  checkWeights,
  classesOf,
  rowsOf,
  type FlatArray,
  type RowsLike,
} from "./arrays.ts";
export { Batches } from "./batches.ts";
export { freshSeed, rowNumbers, seedFor, shuffleRows } from "./permutation.ts";
export { splitRows, splitRules, type Split, type SplitOptions, type SplitRule } from "./split.ts";
