/** What trainings of the benchmark learn from. */
import type { ModelName } from "../models.ts";
import type { Parts } from "../rows.ts";

/** Marks are several labels at once, each yes or no; a copy is the row itself, less its noise. */
export type Task = "binary" | "classes" | "amount" | "marks" | "count" | "copy";

export interface DataSet {
  readonly name: string;
  readonly kind: "table" | "image" | "sequence" | "signal" | "tokens";
  readonly task: Task;
  /** How many classes or marks there are; 0 of amounts. */
  readonly classes: number;
  /** What can learn it well, and in how many passes over the training rows. */
  readonly models: Readonly<Partial<Record<ModelName, number>>>;
  /** Whether the best answers are wrong now and then: about 5% of the rows or of the variance, or more. */
  readonly noisy: boolean;
  /** Whether a straight line answers much worse than a curve. */
  readonly curved: boolean;
  /** The step size of Adam. */
  readonly rate: number;
  /** Whether it is here: the real sets are not part of the repository. */
  readonly present: boolean;
  /** The rows: which of them is in which part hangs on the seed, and of made ones what they are. */
  parts(seed: number): Parts;
}
