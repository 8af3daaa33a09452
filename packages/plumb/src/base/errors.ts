import { codes, type Code } from "./codes.ts";
export type { Code };

/**
 * What an error of Plumb says, in the order in which a reader wants to know it: what was asked, what arrived, why that
 * cannot work, and what to write instead. Parts are sentences without a final full stop.
 */
export interface ErrorParts {
  asked: string;
  arrived?: string;
  why: string;
  fix: string;
}

/**
 * An error with a stable code and a repair.
 *
 * Codes: PL1xxx tensors and shapes, PL2xxx losses and labels, PL3xxx data, PL4xxx training, PL5xxx files and formats,
 * PL6xxx language models, PL7xxx system. `codes` in `base/codes.ts` lists them all; `plumb explain` prints the long form.
 */
export class PlumbError extends Error {
  override readonly name = "PlumbError";
  readonly code: Code;
  readonly parts: ErrorParts;

  constructor(code: Code, parts: ErrorParts, options?: ErrorOptions) {
    const sentences = [parts.asked, parts.arrived, parts.why, parts.fix].filter((part) => part !== undefined);
    super(`${code} ${codes[code]}: ${sentences.map((part) => `${part}.`).join(" ")}`, options);
    this.code = code;
    this.parts = parts;
  }
}
