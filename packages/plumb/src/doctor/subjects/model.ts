/** A model before training: its layers, what it was compiled with, the data, and experiments that leave it as it was. */
import type { Head } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { generatorState, setGeneratorState } from "../../base/seed.ts";
import type { Layer } from "../../layers/index.ts";
import type { Loss, Pairing } from "../../losses/index.ts";
import { arranged, Compiled, type AnyModel, type CompileOptions, type Taker } from "../../train/index.ts";
import { tensor, type Tensor } from "../../tensor/index.ts";
import type { DataSubject, Part } from "./data.ts";
import type { Labels } from "./labels.ts";
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
      const labels = labelsFor(data.training, i)?.info;
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
  rowsOf(part: Part, rows: ArrayLike<number>): { readonly x: unknown; readonly y: unknown } {
    return rowsOfPart(this.model, part, rows);
  }

  /** The labels of an output in the training part; undefined for one without. */
  labelsOf(output: number): Labels | undefined {
    return labelsFor(this.data.training, output);
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

/** How rows for a model are read: where it is not compiled yet, outputs without a loss want no labels either. */
export function takerOf(model: AnyModel, settings: CompileOptions | undefined): Taker {
  const { outputInfos, inputPlaces, outputPlaces } = model;
  if (settings === undefined || model.isCompiled || outputInfos === undefined) return model;
  const criteria = Compiled.leniently(settings, outputInfos).criteria(outputInfos);
  return { inputPlaces, outputPlaces, wantsLabels: (output) => criteria[output].wantsLabels };
}

/** The labels of an output in a part; undefined for one without. */
export const labelsFor = ({ labels }: Part, output: number): Labels | undefined =>
  labels.find((of) => of.output === output);

/** All inputs of a part as a model takes them: by name where it has names. */
export const inputsOfPart = ({ inputPlaces }: AnyModel, { inputs }: Part): unknown =>
  inputPlaces === undefined ? alone(inputs.map(tensorOf)) : arranged(inputPlaces, inputs.map(tensorOf));

/** Some rows of a part as a model takes them; null stands for the labels of an output without. */
export function rowsOfPart(
  model: AnyModel,
  part: Part,
  rows: ArrayLike<number>,
): { readonly x: unknown; readonly y: unknown } {
  const { outputPlaces } = model;
  const chosen = (table: Table | undefined): Tensor | null =>
    table === undefined ? null : tensorOf(table.select(rows));
  const labels = (outputPlaces?.names ?? part.labels).map((_, i) => chosen(labelsFor(part, i)?.table));
  return {
    x: inputsOfPart(model, { ...part, inputs: part.inputs.map((table) => table.select(rows)) }),
    y: outputPlaces === undefined ? alone(labels) : arranged(outputPlaces, labels),
  };
}

/** The values of a table as a tensor. */
export const tensorOf = ({ values, shape, dtype }: Table): Tensor => tensor(values, shape, dtype);

/** One value stands for itself. */
const alone = <T>(values: readonly T[]): T | readonly T[] => (values.length === 1 ? values[0] : values);

/** Layers that hold no others, in order. */
export const layersWithin = (layer: Layer): readonly Layer[] =>
  layer.layers.flatMap((inside) => (inside.layers.length > 0 ? layersWithin(inside) : [inside]));
