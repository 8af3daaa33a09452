/** What the doctor found, on the page of a run. */
import { severities } from "plumb-ml/doctor";
import type { EarlierRun } from "../../run/earlier.ts";
import type { Found, RunFinding, StoredFindings } from "../../run/stored.ts";
import { tally } from "../findings.ts";
import { showNumber } from "../format.ts";
import { since } from "../since.ts";
import { escaped, list } from "./html.ts";

const times: Readonly<Record<Found, string>> = {
  before: "seen before training",
  during: "seen while it trained",
  after: "seen in the result",
};

export function findingsSection(stored: StoredFindings, earlier: EarlierRun | undefined): string {
  const { findings } = stored;
  const heading = "<h2>What the doctor says</h2>";
  const differences = list(earlier === undefined ? [] : since(earlier, stored));
  if (findings.length === 0) return `${heading}<p>Nothing was found.</p>${differences}`;
  return `${heading}<p class="soft">${tally(findings)}, what matters most first.</p>${differences}${findings
    .map(article)
    .join("\n")}`;
}

/** An error or a warning lies open; a note is opened by who wants it. */
function article(finding: RunFinding): string {
  const { severity, code, catalogue, title } = finding;
  const [, , information] = severities;
  const name = severity === information ? "note" : severity;
  const head = `<span>${name} ${code} (${catalogue})</span> ${escaped(title)}`;
  return severity === information
    ? `<article class="${severity}"><details><summary>${head}</summary>${bodyOf(finding)}</details></article>`
    : `<article class="${severity}"><h3>${head}</h3>${bodyOf(finding)}</article>`;
}

function bodyOf({
  evidence,
  drawing,
  why,
  fix,
  found,
  confirmed,
  number,
  threshold,
  fileRows,
}: RunFinding): string {
  const facts = [
    times[found],
    ...(confirmed === true ? ["confirmed by an experiment"] : []),
    `measured ${showNumber(number)}, held against ${showNumber(threshold)}`,
    ...(fileRows === undefined || fileRows.length === 0
      ? []
      : [`rows of the file, counted from 1: ${fileRows.join(", ")}`]),
  ];
  return `${list(evidence)}${drawing === undefined ? "" : `<pre>${escaped(drawing.join("\n"))}</pre>`}<p>${escaped(why)}.</p><pre>${escaped(fix)}</pre><p class="soft">${escaped(facts.join("; "))}</p>`;
}
