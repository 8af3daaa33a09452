/** Surprise of language models: logits in double and in float32, in one batch and in several. */
import {
  BitsPerByte,
  BitsPerToken,
  Perplexity,
  SparseCategoricalCrossentropy,
} from "../../../src/metrics/index.ts";
import { tensor, type Tensor } from "../../../src/tensor/index.ts";
import { numbersOf, tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import type { GoldenCase, Judge, Room, Tolerance } from "../room.ts";

interface PerplexityCase {
  readonly id: string;
  readonly ignore_index: number | null;
  readonly tags?: readonly string[];
  readonly valid_tokens: number;
  readonly cross_entropy_nats: number | string;
  readonly cross_entropy_bits: number | string;
  readonly perplexity_f64: number | string;
  readonly torchmetrics_perplexity_running: readonly (number | string)[];
  readonly batches: readonly {
    readonly logits: GoldenTensor;
    readonly target: GoldenTensor;
    readonly valid_mask?: GoldenTensor;
  }[];
}

/** What was recorded of float32 logits, computed in double. */
const inDouble = (logits: GoldenTensor): Tensor =>
  tensor(Float64Array.from(Float32Array.from(numbersOf(logits))), logits.shape);

/** torchmetrics computes in float32, and gives infinity where its softmax is 0. */
const runningTolerance: Tolerance = { rtol: 2e-5, atol: 1e-6 };

function run(judge: Judge, one: PerplexityCase): void {
  const own = { fromLogits: true, ignoreClass: one.ignore_index ?? undefined };
  for (const [how, asLogits, tolerance] of [
    ["in double", inDouble, judge.tolerance],
    ["in float32", tensorOf, { rtol: 5e-5, atol: 1e-6 }],
  ] as const) {
    const perplexity = new Perplexity(own);
    const bits = [new BitsPerToken(own), new BitsPerByte(own)];
    const nats = new SparseCategoricalCrossentropy(own);
    one.batches.forEach(({ logits, target }, i) => {
      for (const metric of [perplexity, ...bits, nats])
        metric.updateState(tensorOf(target), asLogits(logits));
      const running = one.torchmetrics_perplexity_running[i];
      const value = perplexity.result().itemSync();
      if (running !== "Infinity")
        judge.close([value], [running], `perplexity after batch ${i}`, runningTolerance);
    });
    judge.close([perplexity.result().itemSync()], [one.perplexity_f64], `perplexity ${how}`, tolerance);
    for (const metric of bits)
      judge.close([metric.result().itemSync()], [one.cross_entropy_bits], `${metric.name} ${how}`, tolerance);
    // Of no tokens Keras's cross-entropy is 0, and so is ours.
    const want = one.valid_tokens === 0 ? 0 : one.cross_entropy_nats;
    judge.close([nats.result().itemSync()], [want], `nats ${how}`, tolerance);
  }
}

/** The mask says the same as the ignored label, to a metric that is told of no such label. */
function runMasked(judge: Judge, one: PerplexityCase): void {
  const metric = new Perplexity({ fromLogits: true });
  for (const { logits, target, valid_mask } of one.batches) {
    const known = tensor(
      Int32Array.from(numbersOf(target), (token) => Math.max(0, token)),
      target.shape,
    );
    metric.updateState(known, inDouble(logits), { mask: valid_mask && tensorOf(valid_mask) });
  }
  judge.close([metric.result().itemSync()], [one.perplexity_f64], "perplexity under a mask");
}

export const perplexity: Room = {
  name: "perplexity",
  file: "perplexity.json",
  tolerance: { rtol: 1e-9, atol: 1e-12 },
  cases: ({ cases }: { cases: PerplexityCase[] }): GoldenCase[] =>
    cases.map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      run(judge) {
        run(judge, one);
        runMasked(judge, one);
      },
    })),
};
