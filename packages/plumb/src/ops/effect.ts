/** Things that happen when a program runs. The binding says to what, or how a failed check explains itself. */
import { PlumbError } from "../base/errors.ts";
import type { EffectOp } from "../graph/op.ts";
import { requireDtype, showSpec } from "./rules.ts";

/** Inputs `[value]`, binding a resident: what it holds after the run. The node's own value is that value. */
export const assign: EffectOp = {
  kind: "effect",
  name: "assign",
  doc: "puts a value in the place of a resident, once every check of the program has passed",
  arity: 1,
  infer: ([value]) => ({ shape: value.shape, dtype: value.dtype }),
  samples: [],
};

/** Inputs `[x, ok, ...operands]`, binding a check: x itself, if `ok`; else the program writes nothing and throws. */
export const check: EffectOp = {
  kind: "effect",
  name: "check",
  doc: "x itself, on condition that ok is true",
  arity: "many",
  infer: ([x, ok]) => {
    requireDtype("check with a condition", ok, ["bool"]);
    if (ok.shape.length !== 0) {
      throw new PlumbError("PL1010", {
        asked: `check with a condition ${showSpec(ok)}`,
        why: "the condition of a check is one bool",
        fix: "fold it with all() first",
      });
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient: (_g, { inputs }, dy) => inputs.map((_input, i) => (i === 0 ? dy : null)),
  samples: [],
};

export const effect = { assign, check };
