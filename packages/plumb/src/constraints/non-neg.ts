import { maximum } from "../tensor/index.ts";
import { Constraint, type ConstraintRecord } from "./constraint.ts";

export const nonNeg: ConstraintRecord<{}> = {
  name: "NonNeg",
  doc: "max(w, 0)",
  parameters: {},
  project: (w) => maximum(w, 0),
};

/** Negative elements become 0. */
export class NonNeg extends Constraint<{}> {
  static readonly record = nonNeg;
  constructor(given: {} = {}) {
    super(nonNeg, given);
  }
}
