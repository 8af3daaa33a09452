/** What the browser tests run, in pages and in Node: it trains, and tells what it left. */
import { probe } from "../../src/backends/wasm/features.ts";
import { wasmBackend } from "../../src/backends/wasm/wasm-backend.ts";
import * as plumb from "../../src/index.ts";
import { setBackend } from "../../src/tensor/index.ts";

const wave = (length: number, step: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * step));

/** What training left, bit for bit, and where it ran. */
export interface Trained {
  /** The bits of weights and predictions, folded into one number for each array. */
  readonly bits: readonly number[];
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly threads: number;
  readonly offThread: string;
}

function folded(values: ArrayBufferView): number {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return bytes.reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 7);
}

export interface Options {
  /** Whether multiply-adds round once: bits hang on it. */
  readonly fused: boolean;
  readonly epochs: number;
}

/** Trains a classifier with everything that awaits: `fit` with validation, `evaluate`, `predict`, `data`. */
export async function train({ fused, epochs }: Options): Promise<Trained> {
  setBackend(wasmBackend({ features: { fused }, threads: 2 }));
  plumb.seed(5);
  const rows = 640;
  const x = plumb.tensor(wave(rows * 256, 0.37), [rows, 256]);
  const y = Int32Array.from({ length: rows }, (_, i) => (i * 7) % 10);
  const model = new plumb.Sequential([
    plumb.Input({ shape: [256] }),
    new plumb.Dense(512, { activation: "relu" }),
    new plumb.Dropout(0.2),
    new plumb.Dense(10),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const { history } = await model.fit(x, y, { epochs, batchSize: 100, seed: 1, validationSplit: 0.1 });
  const scores = await model.evaluate(x, y, { batchSize: 128 });
  const predictions = await model.predict(x, { batchSize: 256 });
  const sum = await predictions.square().sum().data();
  const { threads, offThread } = plumb.engineStats();
  return {
    bits: [...model.getWeights(), await predictions.data(), sum].map(folded),
    history: { ...history, scores: Object.values(scores) },
    threads,
    offThread,
  };
}

/** Whether this host's multiply-adds can round once. */
export const canFuse = (): boolean => probe().fused;

/** Whether the values of a variable can be read while a fit goes on, and what is said where they cannot. */
export async function readWhileTraining(): Promise<readonly string[]> {
  const said = new Set<string>();
  let over = false;
  const trained = train({ fused: false, epochs: 3 }).finally(() => void (over = true));
  const spare = new plumb.Variable([1, 2, 3]);
  spare.dataSync();
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    try {
      said.add(String(spare.dataSync()));
    } catch (error) {
      said.add((error as plumb.PlumbError).code);
      said.add(String(await spare.data()));
    }
  }
  await trained;
  return [...said].sort();
}
