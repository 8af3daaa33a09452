/** Constraints on the length of vectors. */
import { real, type GivenOf } from "../base/parameters.ts";
import { Constraint, normAxes, norms, scaledTo, type ConstraintRecord } from "./constraint.ts";

const maxParameters = {
  maxValue: real(2, "The greatest norm allowed", { min: 0 }),
  axis: normAxes,
};

export const maxNorm: ConstraintRecord<typeof maxParameters> = {
  name: "MaxNorm",
  doc: "w · min(‖w‖, maxValue) / ‖w‖",
  source: "Srebro and Shraibman, Rank, Trace-Norm and Max-Norm, 2005; Srivastava et al., Dropout, 2014",
  parameters: maxParameters,
  project(w, { maxValue, axis }) {
    const lengths = norms(w, axis);
    return scaledTo(w, lengths.clip(0, maxValue), lengths);
  },
};

/** Vectors longer than `maxValue` are cut to that length; those within keep theirs. */
export class MaxNorm extends Constraint<typeof maxParameters> {
  static readonly record = maxNorm;
  constructor(given: GivenOf<typeof maxParameters> = {}) {
    super(maxNorm, given);
  }
}

const unitParameters = { axis: normAxes };

export const unitNorm: ConstraintRecord<typeof unitParameters> = {
  name: "UnitNorm",
  doc: "w / ‖w‖",
  parameters: unitParameters,
  project: (w, { axis }) => w.div(norms(w, axis).add(1e-7)),
};

/** Every vector has length 1; a vector of zeros stays one. */
export class UnitNorm extends Constraint<typeof unitParameters> {
  static readonly record = unitNorm;
  constructor(given: GivenOf<typeof unitParameters> = {}) {
    super(unitNorm, given);
  }
}

const minMaxParameters = {
  minValue: real(0, "The least norm", { min: 0 }),
  maxValue: real(1, "The greatest norm", { min: 0 }),
  rate: real(1, "The share of the way to the allowed length that is gone at each update", { min: 0, max: 1 }),
  axis: normAxes,
};

export const minMaxNorm: ConstraintRecord<typeof minMaxParameters> = {
  name: "MinMaxNorm",
  doc: "w · (rate · clip(‖w‖, minValue, maxValue) + (1 − rate) ‖w‖) / ‖w‖",
  parameters: minMaxParameters,
  project(w, { minValue, maxValue, rate, axis }) {
    const lengths = norms(w, axis);
    const desired = lengths
      .clip(minValue, maxValue)
      .mul(rate)
      .add(lengths.mul(1 - rate));
    return scaledTo(w, desired, lengths);
  },
};

/** Lengths of vectors are brought between `minValue` and `maxValue`: at once, or with `rate` below 1 a share at a time. */
export class MinMaxNorm extends Constraint<typeof minMaxParameters> {
  static readonly record = minMaxNorm;
  constructor(given: GivenOf<typeof minMaxParameters> = {}) {
    super(minMaxNorm, given);
  }
}
