/** The doctor at a run of `plumb train`: before training, at its side, and after it. */
import { check, diagnoses, Doctor, examine, Report, review } from "plumb-ml/doctor";
import type { Finding, Measurements, ReviewOptions } from "plumb-ml/doctor";
import { splitRows, type FlatArray, type Sequential } from "plumb-ml";
import { inputsOf, showInput } from "../prepare/plan.ts";
import { classNames } from "./task.ts";
import type { Found, RunFinding, StoredFindings } from "../run/stored.ts";
import { commandAgain, remedyFor } from "./remedies.ts";
import { probabilitiesOf, unscaled } from "./score.ts";
import { inputsAt, settingsOf, targetAt, traineeOf, type Setup } from "./setup.ts";
import { compiledNetwork, type Trained } from "./training.ts";

/** Of parts with more rows than this, so many are looked at. */
export const mostRows = 20_000;

/** Numbers of epochs by their names. */
type Numbers = NonNullable<ReviewOptions["history"]>;

type PartName = keyof Setup["parts"];

/** What is known of the run beside its setup. */
export interface About {
  /** The words behind `plumb` that train it. */
  readonly argv: readonly string[];
  /** Its folder, where there is one: what is made again is compared with it. */
  readonly run?: string;
  /** Models that were scored on the same test rows, this one counted. */
  readonly tried: number;
}

/** A network that was trained, how that ended, and the threshold that decides between two classes where there is one. */
export type Learned = Pick<Trained, "model" | "stopped" | "kept"> & {
  readonly threshold?: number | undefined;
};

/** Whether it learned anything that can be tested. */
export const isJudged = ({ stopped, kept }: Pick<Trained, "stopped" | "kept">): boolean =>
  stopped !== "failed" || kept > 0;

/** What is asked of the doctor about one run. */
export class Consultation {
  /** To be among the callbacks of the training. */
  readonly watcher = new Doctor();
  readonly #setup: Setup;
  readonly #about: About;
  readonly #rows: Readonly<Record<PartName, Int32Array>>;
  #before: readonly Finding[] = [];
  #after: readonly Finding[] = [];
  #metrics: StoredFindings["metrics"];

  constructor(setup: Setup, about: About) {
    this.#setup = setup;
    this.#about = about;
    const { train, validation, test } = setup.parts;
    const of = (rows: Int32Array): Int32Array => sampled(rows, setup.seed);
    this.#rows = { train: of(train), validation: of(validation), test: of(test) };
  }

  /** Looks at the data, and at a network like the one to be trained, which is then thrown away. */
  async before(): Promise<readonly Finding[]> {
    const model = compiledNetwork(shownMetrics(this.#setup), settingsOf(this.#setup));
    const { findings } = await examine({ ...this.#data(), model, batchSize: this.#setup.recipe.batch });
    this.#before = findings;
    return findings.filter((finding) => !meantSo(finding, this.#setup));
  }

  /**
   * Looks at what the model says about each part, where it learned anything, and measures it. `course` has the numbers of
   * the epochs where nobody watched them.
   */
  async after(trained: Learned, course?: Numbers): Promise<void> {
    if (!isJudged(trained)) return;
    const { model, threshold } = trained;
    const decided = threshold === undefined ? {} : { threshold };
    const { findings } = await review({
      ...this.#data(),
      model,
      ...decided,
      ...(course === undefined ? { doctor: this.watcher } : { history: course }),
      tried: this.#about.tried,
    });
    const watched = this.watcher.report.findings;
    this.#after = findings.filter((of) => !watched.includes(of));
    this.#metrics = {
      validation: await this.#measure(model, "validation", decided),
      test: await this.#measure(model, "test", decided),
    };
  }

  /** All that was found, what matters most first, with the fixes in the words of the command line. */
  told(trained?: Learned): StoredFindings {
    const when = new Map<Finding, Found>();
    for (const [at, findings] of [
      ["before", this.#before],
      ["during", this.watcher.report.findings],
      ["after", this.#after],
    ] as const)
      for (const finding of findings) if (!meantSo(finding, this.#setup)) when.set(finding, at);
    const { findings } = new Report([...when.keys()], diagnoses);
    return {
      format: 1,
      findings: findings.map((one) => this.#inWords(one, when.get(one) as Found, trained)),
      ...(this.#metrics === undefined ? {} : { metrics: this.#metrics }),
    };
  }

  #inWords(finding: Finding, found: Found, trained: Learned | undefined): RunFinding {
    const { argv } = this.#about;
    // A run that was never tested is nothing to compare with.
    const run = trained !== undefined && isJudged(trained) ? this.#about.run : undefined;
    const remedy = remedyFor(finding, { setup: this.#setup, trained });
    const rows = this.#fileRows(finding, found);
    return {
      ...finding,
      found,
      ...(remedy === undefined
        ? {}
        : { fix: `${remedy.say}:\n  ${commandAgain(argv, remedy.flags, run)}`, flags: remedy.flags }),
      ...(rows === undefined ? {} : { fileRows: rows }),
    };
  }

  /** Rows of a part as rows of the file. */
  #fileRows({ where }: Finding, found: Found): readonly number[] | undefined {
    const { part = "training", rows } = where ?? {};
    const name = (["validation", "test"] as const).find((of) => part.includes(of)) ?? "train";
    const of = found === "during" ? this.#setup.parts.train : this.#rows[name];
    return rows?.map((row) => of[row] + 1);
  }

  /** Metrics of all rows of a part, in the target's own units. */
  async #measure(
    model: Sequential,
    name: PartName,
    decided: { readonly threshold?: number },
  ): Promise<Measurements> {
    const { target, objective, parts } = this.#setup;
    const outputs = await (
      await model.predict(inputsAt(this.#setup, parts[name]), { batchSize: 256 })
    ).data();
    const labels = targetAt(this.#setup, parts[name]);
    const { classes } = target;
    const { metrics } = await (objective.scale === undefined
      ? check({
          labels,
          predictions: probabilitiesOf(outputs, objective.units, classes.length),
          kind: "probabilities",
          task: classes.length === 2 ? "binary" : "classes",
          classes: classNames(target),
          ...decided,
        })
      : check({ labels, predictions: unscaled(outputs, objective.scale), kind: "values" }));
    return metrics;
  }

  #data() {
    const { plan, target, seed, classWeights } = this.#setup;
    const inputs = plan.columns.flatMap((column) =>
      inputsOf(column).map((_, i) => ({ column, isFirst: i === 0 })),
    );
    const [data, labels] = this.#part("train");
    return {
      data,
      labels,
      validationData: this.#part("validation"),
      testData: this.#part("test"),
      columns: plan.columns.flatMap(inputsOf),
      shows: (column: number, value: number) => showInput(inputs[column], value),
      ...(classWeights === undefined ? {} : { classWeight: { ...classWeights } }),
      ...(target.task === "classes" ? { classes: classNames(target) } : {}),
      seed,
    };
  }

  #part(name: PartName): readonly [FlatArray, FlatArray] {
    const rows = this.#rows[name];
    return [inputsAt(this.#setup, rows), this.#setup.objective.labels(targetAt(this.#setup, rows))];
  }
}

/** The network with the metrics that a user of `plumb train` is shown: those of each class too. */
const shownMetrics = (setup: Setup) => ({
  ...traineeOf(setup),
  metrics: setup.target.task === "classes" ? ["accuracy", "balancedAccuracy"] : [],
});

/** With a threshold the rare class was thought of. */
const byThreshold = "D6";

/** First weights, the callbacks and what they keep are not the user's here. */
const notTheUsers = new Set(["C16", "T15", "T16"]);

/** Whether a finding names what was asked for, or is about what `plumb train` builds itself. */
const meantSo = ({ catalogue, severity }: Finding, { threshold }: Setup): boolean =>
  (severity === "information" && catalogue.startsWith("C")) ||
  notTheUsers.has(catalogue) ||
  (threshold !== undefined && catalogue === byThreshold);

/** All rows, or `mostRows` of them, drawn by the seed. */
function sampled(rows: Int32Array, seed: number): Int32Array {
  if (rows.length <= mostRows) return rows;
  const fraction = (mostRows - 0.5) / rows.length;
  const { validation } = splitRows(rows.length, { fraction, rule: "shuffled", seed });
  return validation.map((i) => rows[i]);
}
