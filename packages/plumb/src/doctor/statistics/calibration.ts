/** How far probabilities are from what comes true, and how sure that is. */
import { normal95, type Estimate } from "./intervals.ts";
import { randomNumbers, resampledError } from "./resampling.ts";
import { quantile } from "./robust.ts";
import { binned, calibrationError, type Bin } from "./scores.ts";

/** What was said of each row, and whether it came true. */
export interface Said {
  readonly said: Float64Array;
  readonly isRight: Uint8Array;
}

/** So often are outcomes drawn as the probabilities have it. */
const draws = 100;

/**
 * The expected calibration error with its interval. Few rows make it large by chance alone, so that the error itself is no
 * centre for one. Where a model whose probabilities are right would show as much in 1 of 40 cases, the interval begins at 0.
 * Else what chance adds is taken off, once in each group and once from the whole, and the interval goes from the smaller of
 * both less 1.96 standard errors to the larger one more 1.96. In simulations of six kinds of models it held the true error
 * in 83 to 99 of 100 samples of 60 to 1000 rows (that of samples of the rows alone in 25 to 95).
 *
 * `some`: as many of the rows as are enough to draw from.
 */
export function calibrationEstimate(all: Said, some: Said): Estimate {
  const bins = binned(all.said, all.isRight);
  const value = calibrationError(bins);
  const [here, rows] = [calibrationError(binned(some.said, some.isRight)), some.said.length];
  const next = randomNumbers(0x65636521);
  const byChance = Float64Array.from({ length: draws }, () =>
    calibrationError(
      binned(
        some.said,
        Uint8Array.from(some.said, (p) => Number(next() < p)),
      ),
    ),
  ).sort();
  const share = rows / all.said.length;
  const error =
    Math.sqrt(share) *
    resampledError(rows, (times) => calibrationError(binned(some.said, some.isRight, times)));
  const chance = quantile(byChance, 0.5) * Math.sqrt(share);
  const ends = [withoutChance(bins), Math.sqrt(Math.max(0, value * value - chance * chance))];
  const low = here <= quantile(byChance, 0.975) ? 0 : Math.max(0, Math.min(...ends) - normal95 * error);
  return {
    value,
    low: Math.min(low, value),
    high: Math.min(1, Math.max(value, ...ends.map((of) => of + normal95 * error))),
  };
}

/** The error, each group's distance without the variance of its share. */
function withoutChance(bins: readonly Bin[]): number {
  const rows = bins.reduce((sum, { count }) => sum + count, 0);
  return bins.reduce((sum, { count, said, right }) => {
    const variance = (right * (1 - right)) / Math.max(1, count - 1);
    return sum + (count / rows) * Math.sqrt(Math.max(0, (said - right) ** 2 - variance));
  }, 0);
}
