/** Labels and predictions, wherever they come from. */
import { ask } from "./ask.ts";
import { diagnoses } from "./catalogue.ts";
import { Report } from "./report.ts";
import { measure, type Measurements } from "./measurements.ts";
import { PredictionsSubject, type PredictionsOptions } from "./subjects/predictions.ts";

/** What is to be checked. */
export type CheckOptions = PredictionsOptions;

/** Losses and metrics with their intervals, and findings. */
export class PredictionsReport extends Report {
  readonly metrics: Measurements;

  constructor(subject: PredictionsSubject, findings: ConstructorParameters<typeof Report>[0]) {
    super(findings, diagnoses);
    this.metrics = measure(subject);
  }

  override toJSON(): {
    readonly metrics: PredictionsReport["metrics"];
    readonly findings: Report["findings"];
  } {
    return { metrics: this.metrics, findings: this.findings };
  }
}

/**
 * Judges predictions by their labels alone: losses and metrics with intervals of 95%, and everything that can be told
 * without the model. Errors: PL3004 where there are no rows, PL4005 where rows do not match.
 *
 * @example
 * const { metrics, findings } = await check({ labels: [0, 1, 1], predictions: [0.2, 0.9, 0.4], kind: "probabilities" });
 */
export async function check(options: CheckOptions): Promise<PredictionsReport> {
  const predictions = new PredictionsSubject(options);
  return new PredictionsReport(predictions, await ask(diagnoses, { predictions }));
}
