/** C2, of predictions alone: probabilities are scored as logits. */
import type { Observation } from "../finding.ts";
import type { PredictionsSubject } from "../subjects/predictions.ts";
import { drawBars, drawCurve } from "../drawing.ts";
import { layersWithin } from "../subjects/model.ts";
import type { RunSubject } from "../subjects/run.ts";
import { percent, show } from "../words.ts";
import { lookLikeProbabilities, lossReadAs } from "./both-ways.ts";

/** So many rows have to lie in [0, 1]: of real logits few do. */
const fewestRows = 10;

export function probabilitiesAsLogits(subject: PredictionsSubject): Observation[] {
  const { areClasses, kind, rows, width, classes, part } = subject;
  if (!areClasses || kind !== "logits" || rows < fewestRows || !lookLikeProbabilities(subject)) return [];
  const [now, then] = [lossReadAs(subject, "logits"), lossReadAs(subject, "probabilities")];
  // One column of logits may lie in [0, 1] where the model is sure of the second class; as probabilities they cost more then.
  if (width === 1 && !(then < now)) return [];
  const { value: floor, formula } = floorOf(classes);
  return [
    {
      severity: "error",
      title: `The loss cannot fall below ${floor.toFixed(3)}: ${width > 1 ? `in all ${rows} rows the logits lie in 0 … 1 and sum to 1, so` : `all ${rows} logits lie in 0 … 1, so`} they are probabilities already`,
      number: floor,
      threshold: 0,
      evidence: [
        `Read as logits these numbers have a loss of ${show(now)}, read as probabilities one of ${show(then)}`,
        width === 1
          ? "As a logit any number above 0 says class 1, so that numbers between 0 and 1 never say class 0"
          : `A row that is sure, 1 and ${classes - 1} zeros, comes out of the second softmax with ${percent(Math.E / (Math.E + classes - 1))} for its class, never more`,
      ],
      drawing: drawBars([
        { name: "read as logits", value: now },
        { name: `lowest possible, ${formula}`, value: floor },
        { name: "read as probabilities", value: then },
      ]),
      why: `A second ${width === 1 ? "sigmoid" : "softmax"} makes probabilities nearly even: what the model knows is lost, and training stops at that floor`,
      fix: 'Say that they are probabilities, kind: "probabilities" (on the command line --probs or --pred instead of --logits); in training leave fromLogits: true out of the loss',
      where: { part },
    },
  ];
}

/** The lowest loss that probabilities have where they are read as logits: that of a row with 1 for its class and 0 for the others. */
export function floorOf(classes: number): { readonly value: number; readonly formula: string } {
  return {
    value: Math.log1p((classes - 1) / Math.E),
    formula: `ln(1 + ${classes - 1}/e)`,
  };
}

/** The same after a training, with the way to the floor drawn. */
export async function plateau(run: RunSubject): Promise<Observation[]> {
  const part = run.data?.validation ?? run.data?.training;
  const predictions = part && (await run.predictions(part));
  const { loss = [] } = run.course.history;
  return (predictions === undefined ? [] : probabilitiesAsLogits(predictions)).map((finding) => {
    const { value, formula } = floorOf(predictions?.classes ?? 2);
    return {
      ...finding,
      // The place of which the model's own rule speaks before training: this is the same once more, with more to show.
      where: {
        layers:
          run.model === undefined
            ? []
            : layersWithin(run.model)
                .slice(-1)
                .map(({ name }) => name),
      },
      ...(loss.length < 2
        ? {}
        : { drawing: drawCurve(loss, { name: `lowest possible loss, ${formula}`, value }) }),
      fix: "Leave fromLogits: true out of the loss, or the last softmax or sigmoid out of the model, and train again",
    };
  });
}
