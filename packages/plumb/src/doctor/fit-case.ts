/** A whole training as one piece of data: what the tests and the fault benchmark run. */
import { PlumbError } from "../base/errors.ts";
import type { AnyModel, CompileOptions, FitOptions } from "../train/index.ts";
import { Doctor } from "./doctor.ts";
import { examine } from "./examine.ts";
import type { Finding } from "./finding.ts";
import { review } from "./review.ts";
import type { DataOptions } from "./subjects/data.ts";
import { diagnoses } from "./catalogue.ts";
import { Report } from "./report.ts";

/** A model, data, and how it is trained. */
export interface FitCase extends DataOptions {
  readonly model: AnyModel;
  readonly compile: CompileOptions;
  readonly fit?: Omit<FitOptions, "validationData" | "validationSplit" | "seed">;
  /** Trains in a way of its own in the place of `fit`, which it may call. */
  readonly train?: (model: AnyModel, doctor: Doctor) => Promise<void>;
}

/** What came of it. */
export interface Story {
  /** What stands at the end: what was said while it trained and taken back since is not in it. */
  readonly report: Report;
  /** Steps done when each code was first said, taken back or not; 0 before training, Infinity after it. */
  readonly saidAt: ReadonlyMap<string, number>;
  /** What compile or fit refused with, if anything. */
  readonly error?: PlumbError;
}

/** Examined, trained under watch, reviewed: what a user of `plumb train` goes through. */
export async function runCase(options: FitCase): Promise<Story> {
  const { model, compile, fit, train, ...data } = options;
  const saidAt = new Map<string, number>();
  const say = (found: readonly Finding[], at: number): void => {
    for (const { code } of found) if (!saidAt.has(code)) saidAt.set(code, at);
  };
  const before = await examine({ ...data, model, compile, batchSize: fit?.batchSize });
  say(before.findings, 0);
  const done = ({ findings }: Report, error?: PlumbError): Story => {
    say(findings, Infinity);
    return { report: new Report([...before.findings, ...findings], diagnoses), saidAt, error };
  };
  const doctor = new Doctor({ onFinding: (finding, step) => say([finding], step) });
  try {
    if (!model.isCompiled) model.compile({ ...compile, warn: () => undefined });
    if (train === undefined) {
      const { validationData, validationSplit, seed = 0 } = options;
      await model.fit(data.data, data.labels!, {
        ...fit,
        validationData,
        validationSplit,
        seed,
        callbacks: [doctor, ...(fit?.callbacks ?? [])],
      });
    } else await train(model, doctor);
  } catch (error) {
    if (error instanceof PlumbError) return done(doctor.report, error);
    throw error;
  }
  return done(await review({ ...data, seed: data.seed ?? 0, doctor, model }));
}
