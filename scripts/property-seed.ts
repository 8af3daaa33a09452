// Properties draw the same cases in every run, so that a test fails on the change that broke it and not on a later day.
// To look for new counterexamples, change the number, or raise `numRuns`, for a while.
import { configureGlobal } from "fast-check";

configureGlobal({ seed: 1 });
