/** Asks all diagnoses that look at a subject. */
import type { Diagnosis, Subjects } from "./diagnosis.ts";
import type { Finding } from "./finding.ts";

/** What the diagnoses find in subjects of some kinds. Each is asked once for each subject it looks at. */
export async function ask(
  diagnoses: readonly Diagnosis[],
  subjects: Partial<Subjects>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { id, code, rules } of diagnoses)
    for (const kind of Object.keys(rules) as (keyof Subjects)[]) {
      const subject = subjects[kind];
      if (subject === undefined) continue;
      const seen = (await (rules[kind] as (subject: unknown) => unknown)(subject)) as Awaited<
        ReturnType<NonNullable<Diagnosis["rules"]["data"]>>
      >;
      findings.push(...(seen ?? []).map((observation) => ({ code, catalogue: id, ...observation })));
    }
  return findings;
}
