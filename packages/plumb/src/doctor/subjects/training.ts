/** What a training has shown so far: losses by step, epochs, and probes of the weights and layers now and then. */
import type { AnyModel, Compiled, Logs } from "../../train/index.ts";

/** What a look shows of one weight. */
export interface WeightLook {
  readonly name: string;
  /** The layer it belongs to. */
  readonly layer: string;
  readonly size: number;
  /** √Σ w². */
  readonly norm: number;
  /** √Σ g² of the loss of the probe's batch; exactly 0 where the loss does not hang on the weight. */
  readonly gradientNorm: number;
  readonly trainable: boolean;
}

/** What was measured of one weight in a probe. */
export interface WeightProbe extends WeightLook {
  /** √Σ (new − old)² of one step of the training on the probe's batch; NaN where it refuses the batch. */
  readonly updateNorm: number;
}

/** What was measured of the output of one layer in a probe. */
export interface LayerProbe {
  readonly name: string;
  readonly className: string;
  readonly activation?: string;
  /** Values per row. */
  readonly units: number;
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
  /** Share of units whose value is 0 for every row of the batch. */
  readonly inactive: number;
  /** By unit (of images, by channel): 1 where its value is 0 for every row of the batch, at every place; else 0. */
  readonly silent: Uint8Array;
  /** Whether the model gives it out. */
  readonly isHead: boolean;
  /** Share of values in the flat ends of the activation: where its argument is beyond ±5. */
  readonly saturated: number;
  readonly notFinite: number;
}

/** What a batch of training rows shows of a model between two steps. */
export interface Look {
  /** The loss of the batch, penalties included, and the penalties alone. */
  readonly loss: number;
  readonly penalty: number;
  /** What of the penalties layers added while they ran: those on their outputs. The others are on weights. */
  readonly addedByLayers: number;
  /** Share of rows whose loss lies where a cross-entropy cuts its logarithm off; undefined where none does. */
  readonly cutOff?: number;
  /** √Σ g² over all weights. */
  readonly gradientNorm: number;
  readonly weights: readonly WeightLook[];
  readonly layers: readonly LayerProbe[];
}

/** A look at the model between two steps of a training, with what one more step would change. */
export interface Probe extends Look {
  /** Steps done before it. */
  readonly step: number;
  readonly epoch: number;
  readonly weights: readonly WeightProbe[];
}

/** An epoch that has ended. */
export interface EpochRecord {
  readonly epoch: number;
  readonly logs: Logs;
  readonly learningRate: number;
  /** Steps done when it ended, over the whole fit. */
  readonly steps: number;
}

/** Where a training stopped making numbers. */
export interface Failure {
  readonly step: number;
  readonly epoch: number;
  /** The loss of the step. */
  readonly loss: number;
  /** Where the weights were no numbers before the step any more: the steps done at the probe from which one was done again. */
  readonly replayedFrom?: number;
  /** The rows of the step, by their numbers in the training data. */
  readonly rows: readonly number[];
  /** The first place at which something that was finite gave something that is not. */
  readonly origin?: Origin;
}

/** Where a value that is not finite came into being. */
export interface Origin {
  /** "forward" or "backward". */
  readonly pass: "forward" | "backward";
  readonly op: string;
  readonly layer?: string;
  /** The row of the batch, and its number in the training data. */
  readonly batchRow?: number;
  readonly row?: number;
  /** What went in there, and what came out. */
  readonly operands: readonly number[];
  /** Whether many values go into the one that came out, as into a sum: the operands are those farthest from 0. */
  readonly many?: boolean;
  readonly value: number;
}

/** The plan of a training. */
export interface PlanFacts {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly rows: number;
  readonly batchSize: number;
}

/** A training as the diagnoses see it. */
export interface TrainingSubject {
  readonly model: AnyModel;
  /** What it brings down. */
  readonly judging?: Compiled;
  readonly plan: PlanFacts;
  /** Steps done. */
  readonly steps: number;
  /** The mean loss of the rows of each step; of long trainings the last `keptSteps`. `losses[i]` is that of step `from + i`. */
  readonly losses: { readonly from: number; readonly values: readonly number[] };
  readonly epochs: readonly EpochRecord[];
  readonly probes: readonly Probe[];
  /** The loss of knowing the labels' frequencies (or their mean) and nothing of the inputs; undefined where unknown. */
  readonly baseline?: number;
  readonly failure?: Failure;
  /** Bytes of live tensors and variables by step. */
  readonly memory: readonly { readonly step: number; readonly bytes: number }[];
  /** Milliseconds since training began, and of these in callbacks other than the doctor, by their names. */
  readonly time?: { readonly total: number; readonly callbacks: Readonly<Record<string, number>> };
  /** Whether training has ended. */
  readonly ended: boolean;
}

/** So many losses of single steps are kept. */
export const keptSteps = 4096;
