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

/** The network learns (value − mean) / deviation: by those of the training part, or by 0 where the loss takes no label below. */
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
  readonly scale?: Scale;
  readonly labels: (values: Float64Array) => FlatArray;
}

/**
 * Asks the losses which of them take the labels of the target, and takes the first choice (`auto`) or the one `asked` for.
 *
 * Errors: PL2007 for a loss that there is not, PL2006 for one that does not suit the target.
 */
export function chooseObjective(target: Target, train: Int32Array, asked = "auto"): Objective {
  const codings = target.task === "regression" ? quantityCodings(target, train) : classCodings(target);
  const candidates = codings.flatMap((coding) =>
    losses
      .suggest(coding.info)
      .filter(isScored)
      .map((suggestion) => ({ ...coding, suggestion })),
  );
  // A loss that takes labels in several ways is listed as often; the first coding is the one that counts.
  const wanted = asked === "auto" ? undefined : losses.get(asked as "mse").record.name;
  const chosen = candidates.find(({ suggestion }) => wanted === undefined || suggestion.loss === wanted);
  if (chosen === undefined)
    throw unsuited(
      target,
      asked,
      candidates.map(({ suggestion }) => suggestion),
    );
  const { suggestion, labels, scale } = chosen;
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

/** Standardised; and divided only, for losses of amounts that are never below 0. */
function quantityCodings(target: Target, train: Int32Array): Coding[] {
  const scale = scaleOf(target, train);
  const info = { shape: [target.rows.length], kind: "real", distinct: Infinity } as const;
  const coding = ({ mean, deviation }: Scale, low: number, high: number): Coding => ({
    info: { ...info, low, high, zeroOne: false, oneHot: false },
    scale: { mean, deviation },
    labels: (values) => ({
      data: Float32Array.from(values, (value) => (value - mean) / deviation),
      shape: [values.length, 1],
    }),
  });
  const amounts = Array.from(target.rows, (row) => target.values[row] / scale.deviation);
  const [low, high] = amounts.reduce(
    ([a, b], one) => [Math.min(a, one), Math.max(b, one)],
    [Infinity, -Infinity],
  );
  return [coding(scale, -Infinity, Infinity), coding({ ...scale, mean: 0 }, low, high)];
}

function classCodings(target: Target): Coding[] {
  const rows = target.rows.length;
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

function whyOf(target: Target, suggestion: Suggestion, asked: string): string {
  const { when } = (allLosses.find((record) => record.name === suggestion.loss) as (typeof allLosses)[number])
    .contract;
  const use = `${when.charAt(0).toLowerCase()}${when.slice(1)}`;
  if (asked !== "auto") return `--loss ${asked} was given; this loss is ${use}`;
  const what = target.task === "classes" ? `has ${target.classes.length} classes` : "is a quantity";
  return `the target ${what}, and this loss is ${use}`;
}

const unsuited = (target: Target, asked: string, suited: readonly Suggestion[]): PlumbError =>
  new PlumbError("PL2006", {
    asked: `--loss ${asked} was given for ${target.name}`,
    arrived: `${target.why}, so the task is ${target.task === "classes" ? `${target.classes.length} classes` : "a regression"}`,
    why: `That loss does not take such labels, or learns something else than ${target.task === "classes" ? "probabilities" : "quantities"}. Those that fit: ${[...new Set(suited.map(({ loss }) => losses.get(loss as "mse").name))].join(", ")}`,
    fix: "Leave out --loss for the first of them, or choose another --task",
  });
