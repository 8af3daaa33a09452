/** A model before training: its layers, what it was compiled with, the data, and experiments that leave it as it was. */
import type { Head } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { generatorState, setGeneratorState } from "../../base/seed.ts";
import type { Layer } from "../../layers/index.ts";
import type { Loss, Pairing } from "../../losses/index.ts";
import { Compiled, type AnyModel, type CompileOptions } from "../../train/index.ts";
import { tensor, type Tensor } from "../../tensor/index.ts";
import type { DataSubject, Part } from "./data.ts";
import type { Table } from "./table.ts";

/** A layer where it stands in a model. */
export interface LayerFacts {
  readonly layer: Layer;
  readonly name: string;
  readonly className: string;
  /** The name of the activation it ends in; undefined where it has none, or a linear one. */
  readonly activation?: string;
}

/** One output of a model with what it is judged by. */
export interface JudgedOutput {
  readonly name: string;
  readonly head: Head;
  /** The last extent of the predictions. */
  readonly units?: number;
  /** Undefined for an output that is not trained. */
  readonly loss?: Loss<any>;
  /** Head, loss, labels and metrics judged together, by the rules beside the contracts; nothing is thrown here. */
  readonly pairing?: Pairing;
}

/** A model as the diagnoses see it. */
export class ModelSubject {
  readonly model: AnyModel;
  readonly data: DataSubject;
  /** Rows per step of the training to come. */
  readonly batchSize: number;
  /** Whether small trainings may be run on it, to confirm; they are undone. */
  readonly experiments: boolean;
  readonly outputs: readonly JudgedOutput[];
  /** What `compile` would refuse the settings with: the model cannot be trained as it was meant to be. */
  readonly refusal?: PlumbError;

  /** `settings`: what `compile` is to be given, where the model was not compiled; nothing is thrown for what they say. */
  constructor(
    model: AnyModel,
    data: DataSubject,
    options: {
      readonly settings?: CompileOptions;
      readonly batchSize?: number;
      readonly experiments?: boolean;
    } = {},
  ) {
    this.model = model;
    this.data = data;
    this.batchSize = Math.min(options.batchSize ?? 32, data.training.rows);
    this.experiments = options.experiments ?? true;
    model.buildFor(this.firstRows(1).x as never);
    const infos = model.outputInfos!;
    const { settings } = options;
    const judging = settings === undefined ? model.compiled : Compiled.leniently(settings, infos);
    this.outputs = judging.criteria(infos).map((criterion, i) => {
      const { name, head, shape } = infos[i];
      const labels = data.training.labels[i]?.info;
      return {
        name,
        head,
        units: shape?.at(-1) ?? undefined,
        loss: criterion.loss,
        pairing: criterion.judge(labels),
      };
    });
    data.readBy(this.outputs);
    if (settings !== undefined && !model.isCompiled) {
      try {
        model.compile({ ...settings, warn: () => undefined });
      } catch (error) {
        if (!(error instanceof PlumbError)) throw error;
        this.refusal = error;
      }
    }
  }

  /** All layers that compute, those inside others in the place of these, in the order in which a model lists them. */
  get layers(): readonly LayerFacts[] {
    return layersWithin(this.model).map((layer) => {
      const activation = layer.activation?.name;
      return {
        layer,
        name: layer.name,
        className: layer.className,
        ...(activation === undefined || activation === "linear" ? {} : { activation }),
      };
    });
  }

  /** Rows of a part as the model takes them. */
  rowsOf({ inputs, labels }: Part, rows: ArrayLike<number>): { readonly x: unknown; readonly y: unknown } {
    return {
      x: alone(inputs.map((table) => tensorOf(table.select(rows)))),
      y: alone(labels.map(({ table }) => tensorOf(table.select(rows)))),
    };
  }

  /** The first rows of the training part. */
  firstRows(count: number): { readonly x: unknown; readonly y: unknown } {
    const rows = Math.min(count, this.data.training.rows);
    return this.rowsOf(
      this.data.training,
      Array.from({ length: rows }, (_, row) => row),
    );
  }

  /** Runs an experiment that may train the model, and puts back weights, optimizer and random numbers. */
  async undone<R>(experiment: () => Promise<R>): Promise<R> {
    const [state, outside] = [this.model.getState(), generatorState()];
    try {
      return await experiment();
    } finally {
      this.model.setState(state);
      this.model.resetMetrics();
      setGeneratorState(outside);
    }
  }
}

/** All inputs of a part as the model takes them. */
export const inputsOfPart = ({ inputs }: Part): unknown => alone(inputs.map(tensorOf));

const tensorOf = ({ values, shape, dtype }: Table): Tensor => tensor(values, shape, dtype);

/** One value stands for itself. */
const alone = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? values[0] : values);

const layersWithin = (layer: Layer): readonly Layer[] =>
  layer.layers.flatMap((inside) => (inside.layers.length > 0 ? layersWithin(inside) : [inside]));
