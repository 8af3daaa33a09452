/** All that there is to say about each code: errors that are thrown, and findings of the doctor. */
import { codes, PlumbError, type Code } from "plumb-ml";
import { diagnoses, type Diagnosis, type Severity } from "plumb-ml/doctor";
import { nearest } from "../nearest.ts";
import { errorTexts, type ErrorCode } from "./errors.ts";
import { program } from "./example.ts";

export interface Explained {
  readonly code: Code;
  readonly title: string;
  /** What it belongs to: "data, by the doctor". */
  readonly group: string;
  /** Paragraphs, an empty line between them. */
  readonly about: string;
  /** Of a finding: its number in the catalogue. */
  readonly catalogue?: string;
  /** Of a finding: the worst that it is. */
  readonly severity?: Severity;
  /** Of a finding: what its rule holds measurements against. */
  readonly thresholds?: Diagnosis["thresholds"];
  /** Of a finding: symptoms that follow from it, as numbers with titles. */
  readonly explains?: readonly string[];
  /** A program that shows it. */
  readonly example?: string;
}

/** By the beginning of a code, in the order of the list; longer beginnings come first. */
const groups: readonly (readonly [string, string])[] = [
  ["PL31", "Findings before training: data, labels and splits (D)"],
  ["PL21", "Findings before training: head, loss, labels and metrics (C)"],
  ["PL41", "Findings during training (T)"],
  ["PL42", "Findings after training, and in predictions (P)"],
  ["PL1", "Errors: tensors and shapes"],
  ["PL2", "Errors: losses, labels and metrics"],
  ["PL3", "Errors: data"],
  ["PL4", "Errors: layers and training"],
  ["PL5", "Errors: files"],
  ["PL6", "Errors: language models"],
  ["PL7", "Errors: system"],
];

const groupOf = (code: string): string => groups.find(([start]) => code.startsWith(start))?.[1] ?? "Errors";

const byCode = new Map(diagnoses.map((diagnosis) => [diagnosis.code, diagnosis]));
const byNumber = new Map(diagnoses.map((diagnosis) => [diagnosis.id, diagnosis]));

function explained(code: Code): Explained {
  const diagnosis = byCode.get(code);
  const shared = { code, title: codes[code], group: groupOf(code) };
  if (diagnosis === undefined) return { ...shared, about: errorTexts[code as ErrorCode] };
  const { id, severity, about, thresholds, example, explains = [] } = diagnosis;
  return {
    ...shared,
    catalogue: id,
    severity,
    about,
    thresholds,
    explains: explains.map((of) => `${of} ${byNumber.get(of)?.title ?? ""}`.trim()),
    example: program(example),
  };
}

/** All codes, errors and then findings, by groups. */
export function explainAll(): readonly Explained[] {
  const all = (Object.keys(codes) as Code[]).map(explained);
  const place = ({ group }: Explained): number => groups.findIndex(([, name]) => name === group);
  return all.toSorted((a, b) => place(a) - place(b));
}

/**
 * One code: `PL4205`, `pl4205`, `4205`, or the number of a finding in the catalogue, `P5`.
 *
 * Errors: PL4004 for a code that there is not, with the nearest.
 */
export function explain(asked: string): Explained {
  const word = asked.trim().toUpperCase();
  const code = byNumber.get(word)?.code ?? [word, `PL${word}`].find((one) => Object.hasOwn(codes, one));
  if (code !== undefined) return explained(code as Code);
  const near = nearest(/^\d+$/.test(word) ? `PL${word}` : word, [...Object.keys(codes), ...byNumber.keys()]);
  throw new PlumbError("PL4004", {
    asked: `Explaining ${asked} was asked for`,
    why: "There is no such code, and no such number in the doctor's catalogue: codes are like PL4205, numbers like P5",
    fix: `${near === undefined ? "" : `Did you mean ${near}? `}plumb explain lists all`,
  });
}
