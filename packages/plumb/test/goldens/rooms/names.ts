/** The strings that Keras takes for losses and metrics, and what each stands for. */
import { losses } from "../../../src/losses/index.ts";
import { metrics } from "../../../src/metrics/index.ts";
import type { Room } from "../room.ts";

interface Identifier {
  readonly identifier: string;
  readonly kind: string;
  readonly resolves_to: string;
}

/** `BinaryCrossentropy` and `binary_crossentropy` are one thing. */
const plain = (name: string): string => name.toLowerCase().replaceAll("_", "");

const namesOf = (
  what: string,
  get: (name: never) => { readonly record: { readonly name: string } },
): Room => ({
  name: `${what} by name`,
  file: `${what}.json`,
  tolerance: { rtol: 0, atol: 0 },
  cases: ({ identifiers }: { identifiers: Identifier[] }) =>
    (identifiers ?? []).map((one) => ({
      id: one.identifier,
      tags: [],
      recorded: { ...one },
      run: (judge) =>
        judge.equal(plain(get(one.identifier as never).record.name), plain(one.resolves_to), "the class"),
    })),
});

export const names: readonly Room[] = [namesOf("losses", losses.get), namesOf("metrics", metrics.classOf)];
