/** Every kind of recorded case, in the order of the table. A new kind is a file beside this and a line here. */
import type { Room } from "../room.ts";
import { activations } from "./activations.ts";
import { fits } from "./fits.ts";
import { layers } from "./layers.ts";
import { losses } from "./losses.ts";
import { metrics } from "./metrics.ts";
import { models } from "./models.ts";
import { names } from "./names.ts";
import { optimizers } from "./optimizers.ts";
import { perplexity } from "./perplexity.ts";
import { schedules } from "./schedules.ts";
import { sklearn } from "./sklearn.ts";
import { constraints, initializers, regularizers } from "./small-parts.ts";

export const rooms: readonly Room[] = [
  losses,
  ...names,
  metrics,
  sklearn,
  perplexity,
  optimizers,
  schedules,
  regularizers,
  constraints,
  initializers,
  activations,
  layers,
  fits,
  ...models,
];
