/**
 * What the recorded files have in common: cases, each of which runs something and is judged, and a status.
 *
 * A room is one kind of case of one file. It is a small file of `rooms/`; the table of `npm run goldens`, its exit code
 * and the contract tests all read the same list (`rooms/index.ts`).
 */
import { ulpOf } from "../support/ulp.ts";
import type { GoldenTensor } from "../support/goldens.ts";

/** Allowed is `|got − want| <= atol + rtol · |want|`. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** One recorded case. */
export interface GoldenCase {
  readonly id: string;
  readonly tags: readonly string[];
  /** The case as the file has it, for the list of deliberate differences. */
  readonly recorded: Readonly<Record<string, unknown>>;
  /** Where it is another than the room's. */
  readonly tolerance?: Tolerance;
  /** Runs it. Throws `Waiting` where a part does not exist yet, anything else where it fails. */
  readonly run: (judge: Judge) => void | Promise<void>;
}

export interface Room {
  readonly name: string;
  readonly file: string;
  readonly tolerance: Tolerance;
  /** The cases in the parsed file, which lies in that folder. */
  readonly cases: (file: any, folder: string) => GoldenCase[];
}

/** Thrown by a case that needs a part which does not exist yet. */
export class Waiting extends Error {}

/** Thrown where ours is not what was recorded. Only this can be deliberate: what breaks down has failed. */
export class Differs extends Error {}

/** Holds numbers of ours against recorded ones. The first that is outside of its tolerance ends the case. */
export class Judge {
  readonly tolerance: Tolerance;
  /** The largest error so far: see `ulps`. */
  worst = 0;

  constructor(tolerance: Tolerance) {
    this.tolerance = tolerance;
  }

  /** Every number, NaN being equal to NaN and an infinity to itself. */
  close(
    got: ArrayLike<number>,
    want: GoldenTensor | readonly (number | string)[],
    what: string,
    tolerance: Tolerance = this.tolerance,
  ): void {
    const numbers = ("data" in want ? want.data : want).map(Number);
    if (got.length !== numbers.length)
      throw new Differs(`${what}: ${got.length} numbers where ${numbers.length} were recorded`);
    const { rtol, atol } = tolerance;
    numbers.forEach((number, i) => {
      if (got[i] === number || (Number.isNaN(got[i]) && Number.isNaN(number))) return;
      const error = Math.abs(got[i] - number);
      if (!(error <= atol + rtol * Math.abs(number)))
        throw new Differs(`${what}, number ${i}: ${got[i]} where ${number} was recorded`);
      this.worst = Math.max(this.worst, ulps(error, number, tolerance));
    });
  }

  equal(got: unknown, want: unknown, what: string): void {
    const [ours, theirs] = [JSON.stringify(got), JSON.stringify(want)];
    if (ours !== theirs) throw new Differs(`${what}: ${ours} where ${theirs} was recorded`);
  }

  /** That `act` throws a coded error, now or by rejecting. */
  async refuses(act: () => unknown, what: string): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (/^PL\d{4} /.test((error as Error).message)) return;
      throw error;
    }
    throw new Differs(`${what}: accepted, where Keras refuses`);
  }
}

/**
 * An error in units in the last place of a float32. The unit is taken at |want| + atol / rtol: near 0 the tolerance is
 * absolute, and a unit of 0 itself would say nothing.
 */
const ulps = (error: number, want: number, { rtol, atol }: Tolerance): number =>
  error / ulpOf(Math.abs(want) + atol / rtol);

export type Status = "passed" | "deliberate" | "waiting" | "failed";

/** What became of a case. */
export interface Outcome {
  readonly id: string;
  readonly status: Status;
  /** Why it did not pass. */
  readonly why?: string;
  /** The largest error, of a case that passed. */
  readonly ulps: number;
}
