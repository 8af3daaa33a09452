/**
 * Whether a head, a loss, the labels and the metrics belong together: the rules, once. `compile` throws from them, and
 * the doctor calls them and adds its evidence. Nothing here knows a loss by name; contracts are all it reads.
 */
import {
  activationBehind,
  heads,
  predictionForms,
  predictionRange,
  serves,
  wantedHead,
  type Contract,
  type PairingFinding,
  type Head,
} from "../base/contract.ts";
import type { ErrorParts } from "../base/errors.ts";
import { showShape } from "../base/shape.ts";
import type { LabelsInfo } from "./labels.ts";
import type { Loss } from "./loss.ts";

/** What is known of a metric. */
export interface PairedMetric {
  readonly name: string;
  readonly contract: Contract;
  /** Thresholds the user gave; undefined where they were left out. */
  readonly threshold?: number | readonly number[];
  /** Whether it reads predictions as logits, where the user said so. */
  readonly fromLogits?: boolean;
}

/** What a metric is fed: the predictions as they are, or the probabilities behind them. */
export type MetricInput = "asIs" | "sigmoid" | "softmax";

/** What is to be judged together. */
export interface PairingQuestion {
  /** What the last layer gives. */
  readonly head: Head;
  /** Number of outputs: the last extent of the predictions. */
  readonly units?: number;
  readonly loss: Loss<any>;
  /** Known once there is data. */
  readonly labels?: LabelsInfo;
  readonly metrics?: readonly PairedMetric[];
}

/** What was found, and what follows for loss and metrics. */
export interface Pairing {
  readonly findings: readonly PairingFinding[];
  /** The loss with `fromLogits` settled, for predictions as the model gives them. */
  readonly loss: Loss<any>;
  /** The same loss for the logits behind the head, where the head is an activation that the loss can do without. */
  readonly behindHead?: Loss<any>;
  /** For each metric, what to feed it. */
  readonly metrics: readonly MetricInput[];
}

/**
 * Judges a head, a loss, labels and metrics together, and settles what was left open: `fromLogits` from the head, and
 * what each metric is fed. Findings of severity "error" are for `compile` to throw.
 */
export function pair(question: PairingQuestion): Pairing {
  const { loss, head, metrics = [] } = question;
  const { contract } = loss;
  if (contract.custom) return { findings: [], loss, metrics: metrics.map(() => "asIs") };
  const givesLogits =
    head === "linear" || (head === "logSoftmax" && activationBehind(contract) === "softmax");
  const settled = contract.supportsLogits ? loss.withFromLogits(asked(loss) ?? givesLogits) : loss;
  const inputs = metrics.map((metric) => metricInput(metric, head, settled));
  return {
    findings: [
      ...headFindings(question),
      ...labelFindings(question),
      ...metrics.flatMap((metric, i) => metricFindings(metric, inputs[i], head, settled)),
    ],
    loss: settled,
    ...(contract.supportsLogits && head === activationBehind(contract)
      ? { behindHead: loss.withFromLogits(true) }
      : {}),
    metrics: inputs,
  };
}

/** What the user said of logits; a loss that takes nothing else leaves nothing to say. */
const asked = ({ contract, fromLogits }: Loss<any>): boolean | undefined =>
  contract.logitsOnly === true ? undefined : fromLogits;

const finding =
  (severity: PairingFinding["severity"]) =>
  (code: PairingFinding["code"], rule: string, parts: ErrorParts): PairingFinding => ({
    code,
    rule,
    severity,
    ...parts,
  });
const error = finding("error");
const warning = finding("warning");

/** Head against loss: what is wrong whatever the data. */
function headFindings({ head, units, loss }: PairingQuestion): PairingFinding[] {
  const { contract } = loss;
  const fromLogits = asked(loss);
  const who = loss.record.name;
  if (head === "custom") return [];
  if (head === "softmax" && units === 1)
    return [
      error("PL2015", "C3", {
        asked: `${who} was paired with a softmax over one output`,
        why: "A softmax shares 1 out among its outputs: a single one is always 1, and the loss never moves",
        fix: 'Give the last layer activation "sigmoid", or one unit for each class',
      }),
    ];
  const behind = activationBehind(contract);
  if (behind === undefined || !contract.supportsLogits) return formFindings(loss, head);
  if (contract.alsoServedBy?.includes(head) === true && fromLogits !== true) return [];
  if (behind === "softmax" && units === 1)
    return [
      error("PL2006", "C3", {
        asked: `${who} was paired with a single output`,
        why: "It compares classes with one another: with one output the answer is always that class, and the loss is 0",
        fix: "Use BinaryCrossentropy for one output, or one unit for each class",
      }),
    ];
  const withLogits = contract.logitsOnly === true ? "" : "{ fromLogits: true }";
  const right = `new ${who}(${withLogits}) with a last layer without activation, or new ${who}() with activation "${behind}"`;
  const wanted = predictionForms[contract.predictions].says;
  if (head === "linear" || (head === "logSoftmax" && behind === "softmax")) {
    if (fromLogits !== false) return [];
    return [
      error("PL2006", "C1", {
        asked: `${who}({ fromLogits: false }) was paired with a last layer that gives ${heads[head].gives}`,
        why: `Read as the loss says, the outputs are ${wanted} and must lie in [0, 1], which nothing holds them to; read as the layer says, they are logits. Clipped, they cost 0 or 16.1 and give no gradient`,
        fix: `Leave fromLogits out, or write ${right}`,
      }),
    ];
  }
  if (head === behind) {
    if (fromLogits !== true) return [];
    const floor =
      units === undefined
        ? ""
        : `: the loss cannot fall below ${Math.log1p((units - 1) / Math.E).toFixed(3)}`;
    return [
      error("PL2006", "C2", {
        asked: `${who}({ fromLogits: true }) was paired with a last layer that ends in ${head}`,
        why: `Read as the loss says, the outputs are logits and get another ${behind}; read as the layer says, they are ${wanted} already. Twice squeezed they stay near even${behind === "softmax" ? floor : ""}`,
        fix: `Leave fromLogits out, or write ${right}`,
      }),
    ];
  }
  const other = head === "sigmoid" || head === "softmax";
  if (!other || fromLogits === true)
    return [
      error("PL2006", other ? "C2" : "C1", {
        asked: `${who} was paired with a last layer that gives ${heads[head].gives}`,
        why: `It takes ${wanted}, or logits that may be any real number; these are neither`,
        fix: `Write ${right}`,
      }),
    ];
  return [
    head === "softmax"
      ? warning("PL2006", "C5", {
          asked: `${who} was paired with a softmax`,
          why: "It judges each output by itself and averages over them: the number is flattering, and not comparable with a cross-entropy over classes",
          fix: 'For one class out of several use CategoricalCrossentropy (one-hot) or SparseCategoricalCrossentropy (class indices); for several labels at once activation "sigmoid"',
        })
      : warning("PL2006", "C5", {
          asked: `${who} was paired with a sigmoid for each output`,
          why: "It takes rows of probabilities that sum to 1; these do not, and are divided by their sum",
          fix: 'Give the last layer activation "softmax", or use BinaryCrossentropy if several labels may hold at once',
        }),
  ];
}

/** Losses that take one form and no other: heads that give another, or more than the loss is defined for. */
function formFindings(loss: Loss<any>, head: Head): PairingFinding[] {
  const { contract } = loss;
  const who = loss.record.name;
  if (contract.predictions === "real" && head === "softmax")
    return [
      warning("PL2013", "C7", {
        asked: `${who} was paired with a softmax`,
        why: "It measures amounts: between probabilities it gives small numbers, and hardly any gradient where a class is confidently wrong",
        fix: "Use CategoricalCrossentropy (one-hot labels) or SparseCategoricalCrossentropy (class indices); for amounts leave the activation out",
      }),
    ];
  // A sigmoid can stand before a loss of amounts that lie in [0, 1]; whether they do is told by the labels.
  const squeezed = contract.predictions === "real" && head === "sigmoid";
  if (serves(head, contract) || squeezed) return [];
  const [low, high] = predictionRange(contract, false);
  const wanted = wantedHead(contract);
  const range = contract.predictionRange === undefined ? "" : ` from ${low} to ${high}`;
  return [
    warning("PL2006", "C10", {
      asked: `${who} was paired with a last layer that gives ${heads[head].gives}`,
      why: `It takes ${predictionForms[contract.predictions].says}${range}`,
      fix:
        wanted === "linear"
          ? "Leave the activation of the last layer out"
          : wanted === "nonNegative"
            ? 'Give the last layer activation "softplus", or "exponential"'
            : "End the model with a function of your own that keeps to it: rows divided by their norm, for instance",
    }),
  ];
}

/** Labels against loss and head. Single values out of range are for the value checks, which name the row. */
function labelFindings({ head, units, loss, labels }: PairingQuestion): PairingFinding[] {
  if (labels === undefined) return [];
  const { contract } = loss;
  const who = loss.record.name;
  const width = labels.shape.length > 1 ? labels.shape[labels.shape.length - 1] : 1;
  const rows = width > 1 && width === units;
  if (contract.labels === "classIndex" && rows && labels.oneHot)
    return [
      error("PL2002", "C4", {
        asked: `${who} was paired with labels of shape ${showShape(labels.shape)}, rows that sum to 1`,
        why: "It takes the number of the class; these labels are one-hot",
        fix: "Use CategoricalCrossentropy, or give labels.argmax(-1)",
      }),
    ];
  if (contract.labels === "oneHot" && width === 1 && units !== undefined && units > 1)
    return [
      error("PL2002", "C4", {
        asked: `${who} was paired with labels of shape ${showShape(labels.shape)} and ${units} outputs`,
        why: "It takes one-hot rows; these labels are one number per row",
        fix: `Use SparseCategoricalCrossentropy, or one-hot encode the labels: labels.oneHot(${units})`,
      }),
    ];
  const found: PairingFinding[] = [];
  const single = contract.labels === "binary" || contract.labels === "sign";
  if (single && rows && labels.oneHot && contract.alsoServedBy?.includes("softmax") !== true)
    found.push(
      warning("PL2013", "C5", {
        asked: `${who} was paired with one-hot labels of ${width} classes`,
        why: "Every row has exactly one class, yet each output is judged by itself and the loss averaged over them, which flatters",
        fix: 'Use CategoricalCrossentropy with activation "softmax"; keep this if several labels may hold at once',
      }),
    );
  const oneOfAll = head === "softmax" || contract.predictions === "distribution";
  if (oneOfAll && rows && labels.zeroOne && !labels.oneHot)
    found.push(
      warning("PL2013", "C6", {
        asked: `${head === "softmax" ? "A softmax" : who} was paired with labels of which several may hold at once`,
        why: "The probabilities of a softmax sum to 1: it can never say yes to two of them",
        fix: 'Use activation "sigmoid" with BinaryCrossentropy',
      }),
    );
  const asksForClasses = labels.kind === "boolean" || labels.zeroOne || (rows && labels.oneHot);
  if (contract.predictions === "real" && contract.labels === "real" && asksForClasses && head !== "softmax")
    found.push(
      warning("PL2013", "C7", {
        asked: `${who} was paired with labels that are ${labels.oneHot ? "one-hot rows" : "0 and 1"}`,
        why: "It measures amounts, and hardly corrects a class that is confidently wrong",
        fix: labels.oneHot
          ? 'Use CategoricalCrossentropy with activation "softmax"'
          : 'Use BinaryCrossentropy with activation "sigmoid"',
      }),
    );
  if (contract.suits !== undefined && (labels.low < contract.suits[0] || labels.high > contract.suits[1]))
    found.push(
      warning("PL2013", "C7", {
        asked: `${who} was paired with labels that it does not suit`,
        arrived: `The labels range from ${labels.low} to ${labels.high}`,
        why: `It suits labels from ${contract.suits[0]} to ${contract.suits[1]}; others count out of all proportion`,
        fix: "Use MeanAbsoluteError or Huber, or leave such rows out",
      }),
    );
  const [low, high] = heads[head].range;
  if (contract.predictions === "real" && (labels.low < low || labels.high > high))
    found.push(
      warning("PL2013", "C10", {
        asked: `${who} was paired with a last layer that gives ${heads[head].gives}`,
        arrived: `The labels range from ${labels.low} to ${labels.high}`,
        why: `No output can leave ${low} … ${high}, so some labels can never be reached`,
        fix: "Leave the last activation out, or scale the labels into its range",
      }),
    );
  return found;
}

/** Logits become probabilities for a metric that wants them, unless the user said how it is to read them. */
function metricInput(metric: PairedMetric, head: Head, loss: Loss<any>): MetricInput {
  const { contract, threshold, fromLogits } = metric;
  const logits = head !== "custom" && loss.fromLogits === true;
  const wantsProbabilities = activationBehind(contract) !== undefined;
  const open = threshold === undefined && fromLogits === undefined;
  // What stands behind the logits is the loss's to say: rows of a softmax are no probabilities each by itself.
  return logits && wantsProbabilities && open ? (activationBehind(loss.contract) ?? "asIs") : "asIs";
}

function metricFindings(
  metric: PairedMetric,
  input: MetricInput,
  head: Head,
  loss: Loss<any>,
): PairingFinding[] {
  const { name, contract, threshold } = metric;
  if (contract.custom || head === "custom") return [];
  const thresholds = threshold === undefined ? [] : typeof threshold === "number" ? [threshold] : threshold;
  const logits = loss.fromLogits === true;
  if (
    logits &&
    input === "asIs" &&
    contract.predictions === "probability" &&
    thresholds.some((t) => t > 0 && t < 1)
  )
    return [
      {
        number: thresholds.find((t) => t > 0 && t < 1),
        ...warning("PL2014", "C12", {
          asked: `The metric ${name} was given the threshold ${thresholds.join(", ")} for predictions that are logits`,
          why: "A probability of 0.5 is a logit of 0; a threshold given by hand is taken as it stands",
          fix: "Leave the threshold out, or give the logit: threshold 0",
        }),
      },
    ];
  const probabilities = head === "sigmoid" || head === "softmax" || logits;
  if (contract.predictions === "label" && probabilities)
    return [
      warning("PL2014", "C12", {
        asked: `The metric ${name} was paired with predictions that are ${logits ? "logits" : "probabilities"}`,
        why: "It compares decided labels for equality, and no probability equals one",
        fix: 'Use the string "accuracy", or BinaryAccuracy, CategoricalAccuracy or SparseCategoricalAccuracy',
      }),
    ];
  return [];
}
