/** The loss, chosen by asking the contracts of the losses, and what follows from it: labels, outputs, last layer. */
import {
  allLosses,
  losses,
  PlumbError,
  type FlatArray,
  type Head,
  type LabelsInfo,
  type Suggestion,
} from "plumb-ml";
import { moments } from "../prepare/statistics.ts";
import type { Target } from "./task.ts";

/** Where the quantities of the training part lie: the network learns (value − mean) / deviation. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

export interface Objective {
  /** As `--loss` takes it. */
  readonly loss: string;
  /** Why this loss, as a sentence without a full stop. */
  readonly why: string;
  /** Outputs of the network, and what they are. */
  readonly units: number;
  readonly head: Head;
  /** Of a regression. */
  readonly scale?: Scale;
  /** Class codes or quantities as the loss takes them. */
  readonly labels: (values: Float64Array) => FlatArray;
}

/** A suggestion whose outputs can be scored: a probability for each class, or one number for each quantity. */
type Scored = Suggestion & { readonly units: number };
const isScored = (suggestion: Suggestion): suggestion is Scored =>
  suggestion.units !== undefined &&
  suggestion.task !== "grouping" &&
  ["probability", "distribution", "real"].includes(suggestion.predictions);

/** How labels can be written down for a loss, each with the facts that a loss is asked about. */
interface Coding {
  readonly info: LabelsInfo;
  readonly labels: (values: Float64Array) => FlatArray;
}

/**
 * Asks the losses which of them take the labels of the target, and takes the first choice or the one `asked` for.
 *
 * Errors: PL2007 for a loss that there is not, PL2006 for one that does not suit the target.
 */
export function chooseObjective(target: Target, train: Int32Array, asked?: string): Objective {
  const scale = target.task === "regression" ? scaleOf(target, train) : undefined;
  const candidates = codingsOf(target, scale).flatMap(({ info, labels }) =>
    losses
      .suggest(info)
      .filter(isScored)
      .map((suggestion) => ({ suggestion, labels })),
  );
  // A loss that takes labels in two ways is listed twice; the plainer coding comes first and is the one that counts.
  const wanted = asked === undefined ? undefined : losses.get(asked as "mse").record.name;
  const chosen = candidates.find(({ suggestion }) => wanted === undefined || suggestion.loss === wanted);
  if (chosen === undefined)
    throw unsuited(
      target,
      asked as string,
      candidates.map(({ suggestion }) => suggestion),
    );
  const { suggestion, labels } = chosen;
  return {
    loss: losses.get(suggestion.loss as "mse").name,
    why: whyOf(target, suggestion, asked),
    units: suggestion.units,
    head: suggestion.head,
    scale,
    labels,
  };
}

function scaleOf({ values }: Target, train: Int32Array): Scale {
  const { mean, deviation } = moments(Float64Array.from(train, (row) => values[row]));
  return { mean, deviation: deviation || 1 };
}

function codingsOf(target: Target, scale: Scale | undefined): Coding[] {
  const rows = target.rows.length;
  if (scale !== undefined) {
    const { mean, deviation } = scale;
    const info = { shape: [rows], kind: "real", distinct: Infinity, low: -Infinity, high: Infinity } as const;
    const labels = (values: Float64Array): FlatArray => ({
      data: Float32Array.from(values, (value) => (value - mean) / deviation),
      shape: [values.length, 1],
    });
    return [{ info: { ...info, zeroOne: false, oneHot: false }, labels }];
  }
  const count = target.classes.length;
  const codes = { shape: [rows], kind: "text", distinct: count, low: 0, high: count - 1 } as const;
  const oneHot = { ...codes, shape: [rows, count], kind: "integer", distinct: 2, high: 1 } as const;
  return [
    {
      info: { ...codes, zeroOne: count === 2, oneHot: false },
      labels: (values) => ({ data: Int32Array.from(values), shape: [values.length, 1] }),
    },
    {
      info: { ...oneHot, zeroOne: true, oneHot: true },
      labels: (values) => {
        const data = new Float32Array(values.length * count);
        values.forEach((code, row) => (data[row * count + code] = 1));
        return { data, shape: [values.length, count] };
      },
    },
  ];
}

function whyOf(target: Target, suggestion: Suggestion, asked: string | undefined): string {
  const { when } = (allLosses.find((record) => record.name === suggestion.loss) as (typeof allLosses)[number])
    .contract;
  const use = `${when.charAt(0).toLowerCase()}${when.slice(1)}`;
  if (asked !== undefined) return `--loss ${asked} was given; this loss is ${use}`;
  const what = target.task === "classes" ? `has ${target.classes.length} classes` : "is a quantity";
  return `the target ${what}, and this loss is ${use}`;
}

const unsuited = (target: Target, asked: string, suited: readonly Suggestion[]): PlumbError =>
  new PlumbError("PL2006", {
    asked: `--loss ${asked} was given for ${target.name}`,
    arrived: `${target.why}, so the task is ${target.task === "classes" ? `${target.classes.length} classes` : "a regression"}`,
    why: `That loss does not take such labels. Those that do: ${suited.map(({ loss }) => losses.get(loss as "mse").name).join(", ")}`,
    fix: "Leave out --loss for the first of them, or choose another --task",
  });
