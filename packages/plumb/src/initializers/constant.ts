/** Initializers without chance. */
import { real, type GivenOf } from "../base/parameters.ts";
import { full, ones, zeros } from "../tensor/index.ts";
import { Initializer, type InitializerRecord } from "./initializer.ts";

export const zerosRecord: InitializerRecord<{}> = {
  name: "Zeros",
  aliases: ["zero"],
  doc: "0 everywhere",
  parameters: {},
  values: (shape) => zeros(shape),
};

/** All 0. The usual start of a bias. */
export class Zeros extends Initializer<{}> {
  static readonly record = zerosRecord;
  constructor() {
    super(zerosRecord);
  }
}

export const onesRecord: InitializerRecord<{}> = {
  name: "Ones",
  aliases: ["one"],
  doc: "1 everywhere",
  parameters: {},
  values: (shape) => ones(shape),
};

/** All 1. The usual start of a scale. */
export class Ones extends Initializer<{}> {
  static readonly record = onesRecord;
  constructor() {
    super(onesRecord);
  }
}

const constantParameters = { value: real(0, "The value of every element") };

export const constantRecord: InitializerRecord<typeof constantParameters> = {
  name: "Constant",
  doc: "the same value everywhere",
  parameters: constantParameters,
  values: (shape, { value }) => full(shape, value),
};

/** All the same `value`: the prior of a class as the bias of its output, for one. */
export class Constant extends Initializer<typeof constantParameters> {
  static readonly record = constantRecord;
  constructor(given: GivenOf<typeof constantParameters> = {}) {
    super(constantRecord, given);
  }
}
