/** Which losses suit given labels, and why: read from the contracts. */
import {
  labelRange,
  serves,
  wantedHead,
  type Contract,
  type Head,
  type PredictionForm,
  type Task,
} from "../base/contract.ts";
import type { Parameter } from "../base/parameters.ts";
import { readingsOf, type LabelsInfo, type TaskReading } from "./labels.ts";
import type { LossRecord } from "./record.ts";

/** A loss that fits, with the last layer it wants. */
export interface Suggestion {
  /** Keras's class name; `losses.get` takes it. */
  readonly loss: string;
  /** Set where the head gives logits. */
  readonly fromLogits?: boolean;
  /** Units of the last layer; undefined where the labels do not decide it, as for the width of an embedding. */
  readonly units: number | undefined;
  /** Activation of the last layer. */
  readonly head: Head;
  /** What the outputs of that layer mean. */
  readonly predictions: PredictionForm;
  /** The question that the labels are taken to ask. */
  readonly task: Task;
  /** One sentence: the fact about the labels, and what the loss is for. */
  readonly why: string;
  /** The first to try, rather than one that also fits. */
  readonly first: boolean;
}

/** Whether a loss answers the question: two classes are also K = 2 of several. */
const answers = (contract: Contract, { task }: TaskReading): boolean =>
  contract.tasks.includes(task) || (task === "binary" && contract.tasks.includes("classes"));

/** Whether labels as they stand are what the contract takes; a column of classes can be numbered either way. */
function takes(contract: Contract, info: LabelsInfo, { task, count }: TaskReading): boolean {
  const rows = info.shape.length > 1 && info.shape[info.shape.length - 1] > 1;
  switch (contract.labels) {
    case "real": {
      const [low, high] = contract.suits ?? labelRange(contract);
      // A direction is one of several numbers.
      return !(info.low < low) && !(info.high > high) && (contract.predictions !== "embedding" || count > 1);
    }
    case "classIndex":
    case "group":
      return !rows;
    case "oneHot":
      return rows;
    case "binary":
      return task !== "grouping" || info.zeroOne;
    case "sign":
    case "sequence":
      return true;
  }
}

function unitsFor(
  { contract, parameters, outputsPerLabel }: LossRecord,
  reading: TaskReading,
): number | undefined {
  const { task, count } = reading;
  if (task === "grouping") return contract.predictions === "embedding" ? undefined : 1;
  const single = contract.labels === "binary" || contract.labels === "sign";
  if (task === "binary" && single) return 1;
  const defaults = Object.entries<Parameter<unknown>>(parameters).map(([name, one]) => [name, one.default]);
  return count * (outputsPerLabel?.(Object.fromEntries(defaults)) ?? 1);
}

/**
 * The losses that fit labels, the first choice first. With a `head` given, those that it can serve; without one, each
 * with the head it wants: probabilities, computed from the logits behind them.
 */
export function suggest(records: readonly LossRecord[], info: LabelsInfo, head?: Head): Suggestion[] {
  const suggestions = readingsOf(info).flatMap((reading, likeliness) =>
    records.flatMap((record): Suggestion[] => {
      const { name, contract } = record;
      if (!answers(contract, reading) || !takes(contract, info, reading)) return [];
      const wanted = wantedHead(contract);
      const asLogits = head === "linear" && contract.supportsLogits && contract.logitsOnly !== true;
      if (head !== undefined && head !== wanted && !serves(head, contract) && !asLogits) return [];
      return [
        {
          loss: name,
          ...(asLogits ? { fromLogits: true } : {}),
          units: unitsFor(record, reading),
          head: head ?? wanted,
          predictions: contract.predictions,
          task: reading.task,
          why: `${reading.why}. ${contract.when}`,
          first: likeliness === 0 && (contract.firstChoiceFor?.includes(reading.task) ?? false),
        },
      ];
    }),
  );
  return suggestions.sort((a, b) => Number(b.first) - Number(a.first));
}
