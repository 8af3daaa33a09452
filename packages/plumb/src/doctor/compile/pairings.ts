/** What the rules beside the contracts say about head, loss, labels and metrics, as observations. */
import type { PairingFinding } from "../../base/contract.ts";
import { firstLook, type Answer } from "../experiments/first-look.ts";
import type { Observation } from "../finding.ts";
import type { Loss } from "../../losses/index.ts";
import type { Labels } from "../subjects/labels.ts";
import type { JudgedOutput, ModelSubject } from "../subjects/model.ts";
import { show } from "../words.ts";

/** What a diagnosis adds to the finding of a rule. */
export type Addition = Pick<Observation, "title" | "number" | "threshold" | "evidence"> &
  Partial<Observation>;

/** One output of the model with its first answers, where it has any. */
export interface Answered extends JudgedOutput {
  readonly answer?: Answer;
  /** Where its labels stand in the training part. */
  readonly labels?: Labels;
}

/** The outputs with what the model answers before training. */
export async function answeredOutputs(subject: ModelSubject): Promise<readonly Answered[]> {
  const look = await firstLook(subject);
  return subject.outputs.map((output, i) => ({
    ...output,
    answer: look?.answers[i],
    labels: subject.labelsOf(i),
  }));
}

/** Whether the rules beside the contracts have something to say of an output. */
export const toldOf = ({ pairing }: JudgedOutput, ...rules: readonly string[]): boolean =>
  pairing?.findings.some(({ rule }) => rules.includes(rule)) === true;

/** The findings of a rule, one for each output, with what the diagnosis adds to it; it may leave one to another. */
export async function fromPairings(
  subject: ModelSubject,
  rule: string,
  add: (output: Answered, finding: PairingFinding) => Addition | undefined,
): Promise<Observation[]> {
  // Most models have none: the first answers are computed for those that have.
  if (!subject.outputs.some((output) => toldOf(output, rule))) return [];
  const outputs = await answeredOutputs(subject);
  return outputs.flatMap((output) => {
    // Head and labels can each show the same: once is enough.
    const finding = output.pairing?.findings.find((one) => one.rule === rule);
    if (finding === undefined) return [];
    const { severity, why, fix } = finding;
    const added = add(output, finding);
    return added === undefined ? [] : [{ severity, why, fix, ...added }];
  });
}

/** A loss as it is asked for by its name: `loss: "binaryCrossentropy"`. */
export const asked = ({ record }: Loss<any>): string =>
  `loss: "${record.name[0].toLowerCase()}${record.name.slice(1)}"`;

/** Which output a sentence is about, where there are several: ` (output "price")`. */
export const ofOutput = ({ outputs }: ModelSubject, { name }: JudgedOutput): string =>
  outputs.length === 1 ? "" : ` (output "${name}")`;

/** The name of the layer that gives the last word, for `where`. */
export const headPlace = ({ layers }: ModelSubject): { readonly layers: readonly string[] } => ({
  layers: layers.slice(-1).map(({ name }) => name),
});

/** The first few labels as one would write them. */
export function firstLabels({ table }: Labels, count = 3): string {
  const row = (i: number): string => {
    const values = Array.from({ length: Math.min(6, table.width) }, (_, k) => show(table.at(i, k))).join(
      ", ",
    );
    return table.width === 1 ? values : `[${values}${table.width > 6 ? ", …" : ""}]`;
  };
  return Array.from({ length: Math.min(count, table.rows) }, (_, i) => row(i)).join(", ");
}

/** What a loss of the user's own is called in a sentence. */
export const ownLoss = ({ record }: Loss<any>): string =>
  record.name === "loss" || record.name === "custom" ? "The loss" : `The loss ${record.name}`;
