/** A way in which a training goes wrong: how it is brought in, and what would have to be said. */
import { Draw } from "../draw.ts";
import type { Setup } from "../setup.ts";

export interface Fault {
  readonly name: string;
  /** What is done. */
  readonly doc: string;
  /** What a user would have to read to repair it: numbers of the catalogue, or codes of errors that are thrown. */
  readonly right: readonly string[];
  /** Whether it would be a fault there. */
  applies(setup: Setup): boolean;
  inject(setup: Setup): Setup;
}

/** Chance of its own for a fault, the same each time. */
export const drawFor = ({ name }: { readonly name: string }, { seed, set }: Setup): Draw =>
  new Draw([...`${name}/${set.name}/${seed}`].reduce((hash, c) => Math.imul(hash, 31) + c.charCodeAt(0), 7));

export const isTable = ({ set }: Setup): boolean => set.kind === "table";
export const isBinary = ({ set }: Setup): boolean => set.task === "binary";
export const isClasses = ({ set }: Setup): boolean => set.task === "classes";
export const isAmount = ({ set }: Setup): boolean => set.task === "amount";
export const hasClasses = (setup: Setup): boolean => isBinary(setup) || isClasses(setup);
export const isRecurrent = ({ model }: Setup): boolean => ["rnn", "gru", "lstm"].includes(model);
/** Whether there are dense layers before the last one. */
export const hasHidden = ({ model }: Setup): boolean => model === "mlp" || model === "deep";

export const withHead = (setup: Setup, head: Partial<Setup["knobs"]["head"]>): Setup => ({
  ...setup,
  knobs: { ...setup.knobs, head: { ...setup.knobs.head, ...head } },
});

export const withKnobs = (setup: Setup, knobs: Partial<Setup["knobs"]>): Setup => ({
  ...setup,
  knobs: { ...setup.knobs, ...knobs },
});
