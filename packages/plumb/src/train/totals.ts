/**
 * What an epoch adds up: the loss and the state of every metric, in float64, inside the engine's memory. The compiled
 * step adds to them; nothing is read back until somebody asks.
 */
import { tensor, Variable, type Tensor } from "../tensor/index.ts";
import type { Compiled } from "./compile.ts";
import type { Logs } from "./events.ts";
import type { Forward } from "./model.ts";
