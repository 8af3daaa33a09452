/** Whose weights are being made: the names of the layers around, from the outermost. */

let scope: readonly string[] = [];

/** Runs `fn` inside the layer of that name. */
export function inScope<R>(name: string, fn: () => R): R {
  const outer = scope;
  scope = [...outer, name];
  try {
    return fn();
  } finally {
    scope = outer;
  }
}

/** A name with those of the layers around in front: `encoder/attention/query/kernel`. */
export const scopedName = (name: string): string => [...scope, name].join("/");

/** Whether no layer is around. */
export const scopeIsEmpty = (): boolean => scope.length === 0;
