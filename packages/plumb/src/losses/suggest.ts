/** Which losses suit given labels, and why: read from the contracts. */
import { activationBehind, heads, type Contract, type Head } from "../base/contract.ts";
import type { LossRecord } from "./record.ts";
import { taskOf, type LabelsInfo, type TaskReading } from "./labels.ts";

/** A loss that fits, with the last layer it wants. */
export interface Suggestion {
  /** Keras's class name; `losses.get` takes it. */
  readonly loss: string;
  /** Set where the head gives logits. */
  readonly fromLogits?: boolean;
  /** Units and activation of the last layer. */
  readonly units: number;
  readonly head: Head;
  /** One sentence: the fact about the labels, and what the loss is for. */
  readonly why: string;
  /** The first to try, rather than one that also fits. */
  readonly first: boolean;
}

const isBinaryLoss = ({ predictions }: Contract): boolean => predictions === "probability";

/** The tasks that a loss serves: two classes are also K = 2 of several. */
const serves = (contract: Contract, { task }: TaskReading): boolean =>
  contract.tasks.includes(task) || (task === "binary" && contract.tasks.includes("classes"));

/** Whether labels as they stand are what the contract takes; a column of classes can be numbered either way. */
function takes({ labels }: Contract, info: LabelsInfo, { task }: TaskReading): boolean {
  const rows = info.shape.length > 1 && info.shape[info.shape.length - 1] > 1;
  if (task === "classes" || task === "binary") return labels === "oneHot" ? rows : !rows;
  return true;
}

/**
 * The losses that fit labels, the first choice first. With a `head` given, those that it can serve; without one, each
 * with the head it wants: probabilities, computed from the logits behind them.
 */
export function suggest(records: readonly LossRecord[], info: LabelsInfo, head?: Head): Suggestion[] {
  const reading = taskOf(info);
  const fitting = records.filter(
    ({ contract }) => serves(contract, reading) && takes(contract, info, reading),
  );
  const suggestions = fitting.flatMap(({ name, contract }): Suggestion[] => {
    const wanted: Head = activationBehind(contract) ?? "linear";
    const served = head === undefined || head === wanted || heads[head].serves.includes(contract.predictions);
    const asLogits = head === "linear" && contract.supportsLogits;
    if (!served && !asLogits) return [];
    return [
      {
        loss: name,
        ...(asLogits ? { fromLogits: true } : {}),
        units: isBinaryLoss(contract) && reading.task === "binary" ? 1 : reading.count,
        head: head ?? wanted,
        why: `${reading.why}. ${contract.when}`,
        first: contract.firstChoiceFor?.includes(reading.task) ?? false,
      },
    ];
  });
  return suggestions.sort((a, b) => Number(b.first) - Number(a.first));
}
