/**
 * The fluent methods: every function of the files below that takes a tensor first is a method of `Tensor` and of
 * `Variable`, at run time and for the type checker.
 */
import { elementwiseFunctions } from "./elementwise.ts";
import * as movement from "./movement.ts";
import * as reductions from "./reductions.ts";
import * as selection from "./selection.ts";
import { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

/** Functions as methods: the first parameter becomes `this`. */
type MethodsOf<F> = {
  readonly [K in keyof F]: F[K] extends (x: never, ...rest: infer R) => infer T ? (...rest: R) => T : never;
};

export interface Fluent
  extends
    MethodsOf<typeof elementwiseFunctions>,
    MethodsOf<typeof movement>,
    MethodsOf<typeof reductions>,
    MethodsOf<typeof selection> {}

const functions: Record<string, unknown> = {
  ...elementwiseFunctions,
  ...movement,
  ...reductions,
  ...selection,
};

for (const [name, fn] of Object.entries(functions)) {
  const method = fn as (x: Tensor, ...rest: unknown[]) => unknown;
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]) {
      return method(this, ...rest);
    },
  });
  Object.defineProperty(Variable.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Variable, ...rest: unknown[]) {
      return method(this.read(), ...rest);
    },
  });
}
