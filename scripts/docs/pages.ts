/** The pages of the API docs as Markdown: one per room, one of the losses side by side, one of the error codes, one of the diagnoses. */
import * as plumb from "plumb-ml";
import { diagnoses, type Diagnosis } from "plumb-ml/doctor";
import type { Docs, Member, PublicName } from "./names.ts";

/** What a record adds to a docstring, where a class has one: its parameters and where it comes from. */
interface RecordOfClass {
  readonly source?: string;
  readonly parameters?: Readonly<
    Record<string, { readonly default: unknown; readonly doc: string; readonly words: string }>
  >;
}

const recordOf = ({ name }: PublicName): RecordOfClass | undefined =>
  (plumb as unknown as Readonly<Record<string, { record?: RecordOfClass } | undefined>>)[name]?.record;

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const code = (text: string): string => `\`${cell(text)}\``;
const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
const block = (lines: readonly string[]): string => `\`\`\`ts\n${lines.join("\n")}\n\`\`\``;
/** What a docstring leads with; a full stop ends it where a space or nothing follows. */
const firstSentence = (doc: string): string => /^.*?[.:](?=\s|$)/s.exec(doc)?.[0].replace(/:$/, ".") ?? doc;

const texts = ({ doc, examples }: Docs): string[] => [
  ...(doc === "" ? [] : [doc]),
  ...(examples.length === 0 ? [] : [block([examples.join("\n\n")])]),
];

const defaultOf = (value: unknown): string =>
  value === undefined ? "left out" : code(JSON.stringify(value));

function parametersOf({ parameters = {} }: RecordOfClass): string[] {
  const rows = Object.entries(parameters).map(([name, { default: initial, words, doc }]) => [
    code(name),
    defaultOf(initial),
    cell(words),
    cell(doc),
  ]);
  return rows.length === 0 ? [] : [table(["parameter", "default", "takes", "meaning"], rows)];
}

const memberText = (member: Member): string => [block(member.signatures), ...texts(member)].join("\n\n");

function nameText(name: PublicName): string {
  const record = recordOf(name);
  const source =
    record?.source === undefined || name.doc.includes(record.source) ? [] : [`Source: ${record.source}.`];
  // The type of a list of forty classes tells nobody anything.
  const signatures = name.signatures.filter((one) => name.kind !== "const" || one.length < 200);
  const told = name.members.filter(({ doc }) => doc !== "");
  const untold = name.members.filter(({ doc }) => doc === "").flatMap(({ signatures }) => signatures);
  return [
    `## ${name.name}`,
    `_${name.kind}_`,
    ...(signatures.length === 0 ? [] : [block(signatures)]),
    ...texts(name),
    ...source,
    ...(record === undefined ? [] : parametersOf(record)),
    ...(untold.length === 0 ? [] : [block(untold)]),
    ...told.map(memberText),
  ].join("\n\n");
}

/** The losses side by side, from their records. */
export function lossesTable(): string {
  const rows = plumb.losses
    .describe()
    .map(({ name, strings, formula, labels, predictions, range, when, source = "" }) => [
      `[${name}](#${name.toLowerCase()})`,
      strings.map(code).join(" "),
      cell(formula),
      cell(labels),
      cell(predictions),
      range,
      cell(when),
      cell(source),
    ]);
  return table(
    ["loss", "strings", "formula", "labels", "predictions", "range", "when to use", "source"],
    rows,
  );
}

/** Every error code with its title. */
export const codesTable = (): string =>
  table(
    ["code", "what"],
    Object.entries(plumb.codes).map(([one, title]) => [one, cell(title)]),
  );

function diagnosisText({
  id,
  code: findingCode,
  severity,
  title,
  about,
  thresholds,
  example,
}: Diagnosis): string {
  const rows = Object.entries(thresholds).map(([name, { value, unit, source }]) => [
    code(name),
    String(value),
    cell(unit),
    cell(source),
  ]);
  return [
    `## ${id}: ${title}`,
    `${findingCode}, ${severity}`,
    about,
    ...(rows.length === 0 ? [] : [table(["threshold", "value", "unit", "source"], rows)]),
    block([example]),
  ].join("\n\n");
}

/** What the doctor can find, from its records. */
export const diagnosesPage = (): string =>
  [
    "# The diagnoses",
    table(
      ["number", "code", "severity", "what it finds"],
      diagnoses.map(({ id, code: findingCode, severity, title }) => [id, findingCode, severity, cell(title)]),
    ),
    ...diagnoses.map(diagnosisText),
  ].join("\n\n");

/** File names and contents: a page for each room, one of the diagnoses, and the index. */
export function pages(names: readonly PublicName[]): ReadonlyMap<string, string> {
  const rooms = [...new Set(names.map(({ room }) => room))];
  const lead: Readonly<Record<string, string>> = { losses: lossesTable(), base: codesTable() };
  const files = rooms.map((room) => {
    const own = names.filter((name) => name.room === room);
    const text = [`# ${room}`, ...(lead[room] === undefined ? [] : [lead[room]]), ...own.map(nameText)];
    return [`${room}.md`, `${text.join("\n\n")}\n`] as const;
  });
  const index = rooms.map((room) => {
    const own = names.filter((name) => name.room === room);
    const anchors = anchorsOf(own);
    const rows = own.map((one) => [
      `[${one.name}](${room}.md#${anchors.get(one)})`,
      one.kind,
      cell(firstSentence(one.doc)),
    ]);
    return `## [${room}](${room}.md)\n\n${table(["name", "kind", "what"], rows)}`;
  });
  return new Map([
    ...files,
    ["diagnoses.md", `${diagnosesPage()}\n`],
    [
      "README.md",
      `# The public names\n\nWhat the doctor can find: [the diagnoses](diagnoses.md).\n\n${index.join("\n\n")}\n`,
    ],
  ]);
}

/** The anchors of headings: a class and its function differ in case only, so that the second gets a number. */
function anchorsOf(names: readonly PublicName[]): ReadonlyMap<PublicName, string> {
  const taken = new Map<string, number>();
  return new Map(
    names.map((name) => {
      const plain = name.name.toLowerCase().replaceAll(/[^\w-]/g, "");
      const before = taken.get(plain) ?? 0;
      taken.set(plain, before + 1);
      return [name, before === 0 ? plain : `${plain}-${before}`];
    }),
  );
}
