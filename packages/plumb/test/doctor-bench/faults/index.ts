/** All faults. */
import { dataFaults } from "./data.ts";
import type { Fault } from "./fault.ts";
import { layerFaults } from "./layers.ts";
import { lossFaults } from "./losses.ts";
import { outcomeFaults } from "./outcome.ts";
import { splitFaults } from "./splits.ts";
import { trainingFaults } from "./training.ts";

export type { Fault };

export const faults: readonly Fault[] = [
  ...lossFaults,
  ...dataFaults,
  ...splitFaults,
  ...trainingFaults,
  ...layerFaults,
  ...outcomeFaults,
];
