/** C2, of predictions alone: probabilities are scored as logits. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { show } from "../words.ts";
import { lookLikeProbabilities, lossReadAs } from "./both-ways.ts";

/** So many rows have to lie in [0, 1]: of real logits few do. */
const fewestRows = 10;

export function probabilitiesAsLogits(subject: PredictionsSubject): Observation[] {
  const { areClasses, kind, rows, width, classes, part } = subject;
  if (!areClasses || kind !== "logits" || rows < fewestRows || !lookLikeProbabilities(subject)) return [];
  const [now, then] = [lossReadAs(subject, "logits"), lossReadAs(subject, "probabilities")];
  // One column of logits may lie in [0, 1] where the model is sure of the second class; as probabilities they cost more then.
  if (width === 1 && !(then < now)) return [];
  const floor = width === 1 ? Math.log1p(1 / Math.E) : Math.log1p((classes - 1) / Math.E);
  return [
    {
      severity: "error",
      title: `All ${rows} rows of logits lie in 0 … 1${width > 1 ? " and sum to 1" : ""}: they are probabilities already, and their loss cannot fall below ${floor.toFixed(3)} nats`,
      number: floor,
      threshold: 0,
      evidence: [
        `Read as logits they cost ${show(now)} nats a row, read as probabilities ${show(then)}`,
        width === 1
          ? "Read as logits, numbers between 0 and 1 all say the second class"
          : `A softmax of a row that is sure, 1 and ${classes - 1} zeros, gives its class only ${show(Math.E / (Math.E + classes - 1))}`,
      ],
      why: "A softmax (one column: a sigmoid) of probabilities makes them nearly even: what the model knows is lost",
      fix: 'Say what they are: kind: "probabilities", on the command line --probs or --pred in the place of --logits',
      where: { part },
    },
  ];
}
