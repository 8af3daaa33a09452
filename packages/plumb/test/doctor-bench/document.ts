/** docs/doctor-benchmark.md: what is run, and what came out. */
import { variants } from "./clean.ts";
import { dataSets, isHeldOut } from "./data/index.ts";
import { faults } from "./faults/index.ts";
import type { Half } from "./plan.ts";
import type { Result } from "./run.ts";
import { blamedIn, counted, instead, isDetected, middle, percent, rankOf, stepOf, when } from "./table.ts";

const halves = ["dev", "held-out"] as const satisfies readonly Half[];

type Results = Readonly<Record<Half, readonly Result[]>>;

const inHalves = (cell: (half: Half) => string): string => halves.map(cell).join(" | ");

function totals(results: Results): string[] {
  const of = (half: Half, kind: Result["kind"]) => results[half].filter((result) => result.kind === kind);
  const perRun = (half: Half, severity: "error" | "warning"): string => {
    const runs = of(half, "clean");
    return (blamedIn(runs, severity).length / runs.length).toFixed(3);
  };
  const told = (half: Half): string => {
    const sick = of(half, "fault");
    return percent(sick.filter(isDetected).length / sick.length);
  };
  return [
    "|  | aim | tuned on | held out |",
    "| --- | --: | --: | --: |",
    `| trainings with a fault |  | ${inHalves((half) => String(of(half, "fault").length))} |`,
    `| told among the first three findings | ≥ 95% | ${inHalves(told)} |`,
    `| honest trainings |  | ${inHalves((half) => String(of(half, "clean").length))} |`,
    `| errors said of an honest training | ≤ 0.05 | ${inHalves((half) => perRun(half, "error"))} |`,
    `| warnings said of an honest training | ≤ 0.3 | ${inHalves((half) => perRun(half, "warning"))} |`,
  ];
}

function faultRows(results: Results): string[] {
  const rows = faults.flatMap(({ name, doc, right }) => {
    const cases = (half: Half) => results[half].filter((of) => of.kind === "fault" && of.name === name);
    const all = halves.flatMap(cases);
    if (all.length === 0) return [];
    const told = all.filter(isDetected);
    const share = (half: Half): string => {
      const of = cases(half);
      return of.length === 0 ? "–" : `${of.filter(isDetected).length} of ${of.length}`;
    };
    const step = middle(told.map(stepOf));
    const cells = [
      `${name}: ${doc}`,
      right.join(" "),
      ...halves.map(share),
      String(middle(told.map(rankOf)) ?? "–"),
      step === undefined ? "–" : when(step),
      counted(all.filter((of) => !isDetected(of)).map(instead)),
    ];
    return [`| ${cells.join(" | ")} |`];
  });
  return [
    "| fault | right | tuned on | held out | rank | first said | where not: what was said |",
    "| --- | --- | --: | --: | --: | --- | --- |",
    ...rows,
  ];
}

function cleanRows(results: Results): string[] {
  const rows = variants.map(({ name, doc }) => {
    const runs = (half: Half) => results[half].filter((of) => of.kind === "clean" && of.name === name);
    const said = (half: Half): string =>
      counted([
        ...blamedIn(runs(half), "error").map((id) => `${id} (error)`),
        ...blamedIn(runs(half), "warning"),
      ]);
    const cells = halves.flatMap((half) => [String(runs(half).length), said(half)]);
    return `| ${name}: ${doc} | ${cells.join(" | ")} |`;
  });
  return [
    "| honest training | runs, tuned on | said | runs, held out | said |",
    "| --- | --: | --- | --: | --- |",
    ...rows,
  ];
}

const setNames = (held: boolean): string =>
  dataSets
    .filter((set) => isHeldOut(set) === held)
    .map(({ name, models }) => `${name.replace(", ", "/")} (${Object.keys(models).join(", ")})`)
    .join(", ");

/** The page, from the results of both halves. */
export function documentOf(results: Results): string {
  return [
    `<!-- Written by \`npm run doctor:bench -- --write\`. -->

# The fault benchmark of the doctor

Trainings with a fault that is known, and trainings without one, over models, data and seeds. Each goes the way of a user: it is
examined, watched and reviewed, and what counts is the report at its end. A fault is told if one of the right diagnoses is
among the first three findings. "Right" are those whose advice would repair it; there are few for each fault.

Sets are in two halves. Rules and thresholds may be tuned on the one; the other is looked at when nothing is tuned any more. In
the order of their names every second set of a kind is held out: tables by their task, images, sequences, signals, and
texts.

- Tuned on: ${setNames(false)}.
- Held out: ${setNames(true)}.

Honest trainings were settled by their losses, nobody diagnosing (\`--curves\`): the validation loss ends near its lowest, or
training stops there. In both halves the seed decides the split, the first weights, and of drawn sets the rows.
`,
    ...totals(results),
    "\n## Faults\n",
    'Rank is the place of the right finding in the report, in the middle of those that were told; "first said" when: before training, after so many steps, or after training.\n',
    ...faultRows(results),
    "\n## Honest trainings\n",
    "All that is said here as an error or as a warning counts as false.\n",
    ...cleanRows(results),
    `
## To run it

\`\`\`sh
npm run doctor:bench -- --quick                          # one of each
npm run doctor:bench -- --jobs 2                         # the half that rules are tuned on
npm run doctor:bench -- --only "tiny learning rate/iris" # some cases, with their reports in full
npm run doctor:bench -- --jobs 2 --write                 # both halves, and this page
\`\`\`
`,
  ].join("\n");
}
