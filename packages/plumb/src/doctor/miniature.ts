/** The smallest case of a diagnosis: what an entry point is given. The tests run it and look whether the finding is there. */
import type { CheckOptions } from "./check.ts";
import type { ExamineOptions } from "./examine.ts";
import type { FitCase } from "./fit-case.ts";
import type { ReviewOptions } from "./review.ts";

/** Made anew for each test: models learn. */
export type Miniature =
  /** For `examine`. */
  | { readonly examine: () => ExamineOptions }
  /** For `check`: labels and predictions. */
  | { readonly check: () => CheckOptions }
  /** For `review`: the numbers of a training. */
  | { readonly review: () => ReviewOptions }
  /** For `runCase`: examined, trained under watch, reviewed. */
  | { readonly train: () => FitCase };
