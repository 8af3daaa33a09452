/** The same thing seen in several parts is one finding: of the three that are shown first, each is to say something new. */
import { severities, type Observation } from "../finding.ts";

/** The worst of what was seen, with what was seen elsewhere as evidence. Of the equally bad the first. */
export function together(seen: readonly Observation[]): readonly Observation[] {
  if (seen.length < 2) return seen;
  const [worst, ...others] = seen.toSorted(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity),
  );
  return [{ ...worst, evidence: [...worst.evidence, ...others.map(({ title }) => title)] }];
}
