import { beforeEach, describe, expect, test } from "vitest";
import { setGeneratorState } from "../../src/base/seed.ts";
import { codes } from "../../src/base/codes.ts";
import {
  check,
  diagnoses,
  examine,
  review,
  runCase,
  severities,
  type Diagnosis,
  type Report,
} from "../../src/doctor/index.ts";

/** Every diagnosis keeps what its record says: looped over the catalogue, so that a new file is tested by being there. */

// The same first weights in whichever order the tests run.
beforeEach(() => setGeneratorState({ seed: 1, counter: 0 }));

async function reportOf(miniature: Diagnosis["sick"]): Promise<Report> {
  if ("examine" in miniature) return examine(miniature.examine());
  if ("check" in miniature) return check(miniature.check());
  if ("review" in miniature) return review(miniature.review());
  return (await runCase(miniature.train())).report;
}

const told = (report: Report, { code }: Diagnosis) =>
  report.findings.filter((finding) => finding.code === code);

test("numbers and codes are unique, and a code ends in its number", () => {
  expect(new Set(diagnoses.map(({ id }) => id)).size).toBe(diagnoses.length);
  expect(new Set(diagnoses.map(({ code }) => code)).size).toBe(diagnoses.length);
  for (const { id, code } of diagnoses) expect(Number(code.slice(-2)), id).toBe(Number(id.slice(1)));
});

describe.each(diagnoses.map((diagnosis) => [`${diagnosis.id} ${diagnosis.title}`, diagnosis] as const))(
  "%s",
  (_, diagnosis) => {
    test("has a code of its title, thresholds with a source, and explains what there is", () => {
      expect(codes[diagnosis.code]).toBe(diagnosis.title);
      expect(Object.keys(diagnosis.rules).length).toBeGreaterThan(0);
      for (const { value, unit, source } of Object.values(diagnosis.thresholds)) {
        expect(Number.isNaN(value)).toBe(false);
        expect(unit).not.toBe("");
        expect(source.length).toBeGreaterThan(10);
      }
      for (const id of diagnosis.explains ?? []) expect(id).toMatch(/^[DCTP]([1-9]|1\d|20)$/);
      expect(diagnosis.explains ?? []).not.toContain(diagnosis.id);
    });

    test("finds the sick miniature, and says where it lies and what to do", async () => {
      const findings = told(await reportOf(diagnosis.sick), diagnosis);
      expect(findings.length).toBeGreaterThan(0);
      for (const { severity, title, number, threshold, evidence, why, fix } of findings) {
        expect(severities.indexOf(severity)).toBeGreaterThanOrEqual(severities.indexOf(diagnosis.severity));
        // The number first: it stands in the title.
        expect(title).toMatch(/\d/);
        expect(Number.isNaN(number)).toBe(false);
        expect(Number.isNaN(threshold)).toBe(false);
        expect(evidence.length).toBeGreaterThan(0);
        for (const sentence of [title, why, fix, ...evidence]) {
          expect(sentence).not.toMatch(/[.\s]$|undefined|NaN%|\[object/);
          expect(sentence.length).toBeGreaterThan(0);
        }
      }
    });

    test("leaves the healthy miniature alone", async () => {
      expect(told(await reportOf(diagnosis.healthy), diagnosis)).toEqual([]);
    });
  },
);
