/** What functions of tensors take by name: declared once, and looked at wherever something was given. */
import { resolve, type GivenOf, type Parameters, type ValuesOf } from "../base/parameters.ts";

/**
 * Reads options of `parameters`: all values, from what was given to the function `owner` and the defaults.
 * Errors: PL4004 for a name that is none (with the nearest one), a value that is not accepted, and what is no options.
 */
export function optionsOf<P extends Parameters>(
  parameters: P,
): (owner: string, given: GivenOf<P> | undefined) => ValuesOf<P> {
  const defaults = resolve("PL4004", "", parameters, {});
  return (owner, given) => (given === undefined ? defaults : resolve("PL4004", owner, parameters, given));
}
