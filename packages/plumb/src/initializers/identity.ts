import { PlumbError } from "../base/errors.ts";
import { real, type GivenOf } from "../base/parameters.ts";
import { showShape } from "../base/shape.ts";
import { eye } from "../tensor/index.ts";
import { Initializer, type InitializerRecord } from "./initializer.ts";

const parameters = { gain: real(1, "The value on the diagonal") };

export const identityRecord: InitializerRecord<typeof parameters> = {
  name: "Identity",
  aliases: ["IdentityInitializer"],
  doc: "gain on the diagonal, 0 elsewhere",
  source:
    "Le, Jaitly and Hinton, A Simple Way to Initialize Recurrent Networks of Rectified Linear Units, 2015",
  parameters,
  values(shape, { gain }) {
    if (shape.length === 2) return eye(shape[0], shape[1]).mul(gain);
    throw new PlumbError("PL4004", {
      asked: `Identity was to make a weight of shape ${showShape(shape)}`,
      why: "An identity is a matrix: it has two axes",
      fix: 'Use another initializer there, such as "orthogonal" or "glorotUniform"',
    });
  },
};

/** `gain` on the diagonal of a matrix, 0 elsewhere; it need not be square. Errors: PL4004 for what is no matrix. */
export class Identity extends Initializer<typeof parameters> {
  static readonly record = identityRecord;
  constructor(given: GivenOf<typeof parameters> = {}) {
    super(identityRecord, given);
  }
}
