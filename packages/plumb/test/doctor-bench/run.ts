/** One case run as a user would: examined, trained under watch, reviewed. */
import { PlumbError, type AnyModel } from "../../src/index.ts";
import { runCase, type Severity } from "../../src/doctor/index.ts";
import type { BenchCase } from "./plan.ts";
import { caseOf, modelOf, type Setup } from "./setup.ts";
import { tensorsOf } from "./rows.ts";

export interface Said {
  readonly code: string;
  readonly catalogue: string;
  readonly severity: Severity;
  readonly title: string;
  /** Steps done when it was first said; null after training. */
  readonly at: number | null;
}

export interface Result extends Omit<BenchCase, "setup"> {
  /** The final report, what matters most first. */
  readonly said: readonly Said[];
  /** Steps of the whole training, had it gone to its end. */
  readonly steps: number;
  /** What was thrown. */
  readonly error?: { readonly code: string; readonly message: string };
  /** Something was thrown that is no error of Plumb: a bug. */
  readonly crash?: string;
  readonly seconds: number;
}

/** Runs a case, and gives its report besides. */
export async function run(one: BenchCase): Promise<{ readonly result: Result; readonly report: string }> {
  const begun = performance.now();
  const { setup: make, ...about } = one;
  const setup = make();
  const steps = setup.epochs * Math.ceil(setup.parts.training.labels.length / setup.batchSize);
  const end = (rest: Pick<Result, "said" | "error" | "crash">): Result => ({
    ...about,
    steps,
    ...rest,
    seconds: (performance.now() - begun) / 1000,
  });
  try {
    const { report, saidAt, error } = await runCase(caseOf(setup));
    const said = report.findings.map(({ code, catalogue, severity, title }): Said => {
      const at = saidAt.get(code) ?? Infinity;
      return { code, catalogue, severity, title, at: Number.isFinite(at) ? at : null };
    });
    const thrown = error && { code: error.code, message: error.message };
    return { result: end({ said, ...(thrown && { error: thrown }) }), report: String(report) };
  } catch (error) {
    if (error instanceof PlumbError)
      return {
        result: end({ said: [], error: { code: error.code, message: error.message } }),
        report: error.message,
      };
    const crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { result: end({ said: [], crash }), report: crash };
  }
}

/** The losses of a training without a doctor, by which honest settings were settled. */
export interface Curve {
  readonly first: number;
  readonly last: number;
  readonly best: number;
  readonly epochs: number;
  /** Of the model as it is at the end, by part, dropout off. */
  readonly training: number;
  readonly validation: number;
  readonly test: number;
}

/** Trains as it was set up, nobody watching. */
export async function curveOf(setup: Setup): Promise<Curve> {
  const { model: _, data, labels, validationData, validationSplit, seed, compile, fit } = caseOf(setup);
  const model: AnyModel = modelOf(setup);
  model.compile({ ...compile, warn: () => undefined });
  const { history } = await model.fit(data, labels as never, {
    ...fit,
    validationData,
    validationSplit,
    seed,
  });
  const held = (history.val_loss ?? history.loss) as readonly number[];
  const lossOf = async (part: keyof Setup["parts"]): Promise<number> =>
    Number(((await model.evaluate(...tensorsOf(setup.parts[part]))) as { loss: number }).loss);
  return {
    first: held[0],
    last: held.at(-1) as number,
    best: Math.min(...held),
    epochs: held.length,
    training: await lossOf("training"),
    validation: await lossOf("validation"),
    test: await lossOf("test"),
  };
}
