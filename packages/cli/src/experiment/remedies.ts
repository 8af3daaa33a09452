/** Fixes in the words of the command line: which flags of `plumb train` do what a finding asks for. */
import type { Finding } from "plumb-ml/doctor";
import { inputsOf } from "../prepare/plan.ts";
import type { Setup } from "./setup.ts";
import { lowerRate, type Trained } from "./training.ts";

/** What is told instead of the code. */
export interface Remedy {
  /** What the flags do, as the beginning of a sentence. */
  readonly say: string;
  readonly flags: string;
}

/** How the run was made that a finding is about. */
export interface Circumstances {
  readonly setup: Setup;
  /** Where it was trained already. */
  readonly trained?: Pick<Trained, "stopped"> | undefined;
}

type Rule = (finding: Finding, of: Circumstances) => Remedy | undefined;

const weigh: Rule = (_, { setup }) =>
  setup.target.task === "classes" && setup.classWeights === undefined
    ? {
        say: "Let the rows of rare classes count more, which finds more of them and gives more false alarms",
        flags: "--class-weights balanced",
      }
    : undefined;

const chooseThreshold: Rule = (_, { setup }) =>
  setup.target.classes.length === 2 && setup.threshold !== "auto"
    ? { say: "Take the threshold that decides best about the validation rows", flags: "--threshold auto" }
    : undefined;

const slower: Rule = (_, { setup }) => ({
  say: "Take a lower learning rate",
  flags: `--rate ${lowerRate(setup.recipe.rate)}`,
});

/** The columns of the file that the inputs of a finding come from. */
const leaveOut: Rule = ({ where }, { setup }) => {
  const names = setup.plan.columns
    .filter((column) => inputsOf(column).some((input) => where?.columns?.includes(input)))
    .map(({ name }) => name);
  if (names.length === 0 || names.length === setup.plan.columns.length) return undefined;
  return {
    say: "If it would not be known when a prediction is made, leave it out",
    flags: `--drop ${quoted([...setup.dropped, ...names].join(","))}`,
  };
};

const robustLoss: Rule = (_, { setup }) =>
  setup.objective.loss === "mean_squared_error"
    ? { say: "If these rows are right, let large errors count once and not squared", flags: "--loss huber" }
    : undefined;

const holdBack: Rule = (_, { setup: { recipe } }) =>
  recipe.dropout === 0
    ? { say: "Leave out a share of the units in each step", flags: "--dropout 0.3" }
    : { say: "Take fewer units", flags: `--layers ${halved(recipe.layers)}` };

const longer: Rule = (_, { setup: { recipe }, trained }) =>
  trained?.stopped === "epochs" ? { say: "Train longer", flags: `--epochs ${3 * recipe.epochs}` } : undefined;

const wider: Rule = (_, { setup: { recipe } }) => ({
  say: "Take more units",
  flags: `--layers ${doubled(recipe.layers)}`,
});

/** A rule for what is more than a note. */
const ifWarned =
  (rule: Rule): Rule =>
  (finding, of) =>
    finding.severity === "information" ? undefined : rule(finding, of);

const halved = (layers: readonly number[]): string =>
  layers.length === 0 ? "none" : layers.map((units) => Math.max(1, Math.round(units / 2))).join(",");

const doubled = (layers: readonly number[]): string =>
  layers.length === 0 ? "64" : layers.map((units) => 2 * units).join(",");

/** A rule for rates above the one that is taken unasked. */
const ifAboveUsual =
  (rule: Rule): Rule =>
  (finding, of) =>
    of.setup.recipe.rate > 0.001 ? rule(finding, of) : undefined;

/** By number in the catalogue, the first that applies. Where none does, the fix in code stands. */
const remedies: Readonly<Record<string, readonly Rule[]>> = {
  D6: [weigh],
  D9: [leaveOut],
  D10: [leaveOut],
  D16: [robustLoss],
  C20: [
    ({ number, fix }, { setup }) =>
      fix.includes("optimizer.learningRate = ")
        ? {
            say: "Take the learning rate of the sweep",
            flags: `--rate ${Number((setup.recipe.rate / number).toPrecision(2))}`,
          }
        : undefined,
  ],
  T1: [slower],
  T3: [slower],
  T5: [slower],
  T6: [ifAboveUsual(slower)],
  T8: [slower],
  P1: [holdBack],
  P2: [longer, holdBack],
  P3: [longer, wider],
  P4: [ifWarned(longer), ifWarned(wider)],
  P5: [weigh, chooseThreshold],
  P11: [chooseThreshold],
};

/** The flags that mend what a finding names. */
export function remedyFor(finding: Finding, of: Circumstances): Remedy | undefined {
  for (const rule of remedies[finding.catalogue] ?? []) {
    const remedy = rule(finding, of);
    if (remedy !== undefined) return remedy;
  }
  return undefined;
}

/** As a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w./,=:@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** What hides what is compared, and what is made anew. */
const leftOut = ["--json", "-q", "--quiet"];
const replaced = ["-o", "--out", "--compare"];

/** The command that trains again with other flags, beside the run where there is one. */
export function commandAgain(argv: readonly string[], flags: string, run: string | undefined): string {
  const [flag] = flags.split(" ");
  const valued = [...replaced, flag];
  const kept = argv.filter(
    (word, i) =>
      !leftOut.includes(word) && !valued.includes(word.replace(/=.*/, "")) && !valued.includes(argv[i - 1]),
  );
  const beside = run === undefined ? [] : ["--compare", quoted(run)];
  return ["plumb", ...kept.map(quoted), flags, ...beside].join(" ");
}
