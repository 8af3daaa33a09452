/** How labels and predictions are laid against each other: which axes belong to one row, and what shape the rows have. */
import { labelForms, type Contract } from "../base/contract.ts";
import { PlumbError } from "../base/errors.ts";
import { showShape, type Shape } from "../base/shape.ts";
import { alignIndex, alignPair } from "../numerics/alignment.ts";
import type { Tensor } from "../tensor/index.ts";
import type { AxesValue } from "./parameters.ts";

/** Labels and predictions with one shape of rows; what remains is `labelAxes` and `predictionAxes`, counted from 0. */
export interface Layout {
  readonly labels: Tensor;
  readonly predictions: Tensor;
  readonly rows: Shape;
  readonly labelAxes: readonly number[];
  readonly predictionAxes: readonly number[];
}

/** What decides a layout. */
export interface LayoutQuestion {
  readonly who: string;
  readonly contract: Contract;
  /** As it was given; undefined for all axes. */
  readonly axes: AxesValue | undefined;
  readonly outputsPerLabel: number;
  /** Let shapes broadcast, as Keras does. */
  readonly broadcast: boolean;
  /** Something is said of rows, so that single numbers are rows. */
  readonly perRow: boolean;
}

/** Axes counted from 0, ascending, once each; all of them where none are given. Errors: PL2009. */
export function axesOf(who: string, given: AxesValue | undefined, rank: number): readonly number[] {
  if (given === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = typeof given === "number" ? [given] : given;
  const counted = list.map((axis) => (axis < 0 ? axis + rank : axis));
  const wrong = counted.findIndex((axis) => axis < 0 || axis >= rank);
  if (wrong >= 0)
    throw new PlumbError("PL2009", {
      asked: `${who} was given axis: ${list[wrong]} for predictions of rank ${rank}`,
      why: `Its axes are 0 … ${rank - 1}, or −${rank} … −1 from the end`,
      fix: "Name one of these",
    });
  return [...new Set(counted)].sort((a, b) => a - b);
}

/** The axes of labels that belong to one row, for labels of a rank: those of the predictions, or what the form says. */
export function labelAxesOf({ labels }: Contract, predictionAxes: readonly number[]): readonly number[] {
  if (labels === "sequence") return [1];
  return labelForms[labels].whole === true ? [] : predictionAxes;
}

/** A shape without some axes. */
export const without = (shape: Shape, axes: readonly number[]): Shape =>
  shape.filter((_, axis) => !axes.includes(axis));

/** `x`, of the shape of the rows, with extent 1 at the axes that it lacks. */
export function spread(x: Tensor, axes: readonly number[]): Tensor {
  const shape: number[] = [...x.shape];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return x.reshape(shape);
}

/** Labels and predictions, laid against each other. Errors: PL2002 shapes that do not belong together, PL2009 the axis. */
export function lay(question: LayoutQuestion, labels: Tensor, predictions: Tensor): Layout {
  const { who, contract, axes, outputsPerLabel, broadcast, perRow } = question;
  const laid = (y: Tensor, p: Tensor, predictionAxes: readonly number[]): Layout => ({
    labels: y,
    predictions: p,
    rows: without(p.shape, predictionAxes),
    labelAxes: labelAxesOf(contract, predictionAxes),
    predictionAxes,
  });
  if (contract.labels === "sequence") return laid(labels, requireSequences(who, labels, predictions), [1, 2]);
  if (labelForms[contract.labels].whole === true) {
    const [last] = axesOf(who, axes ?? -1, predictions.rank);
    requireLastAxis(who, last, predictions.rank);
    return laid(alignIndex(who, labels, predictions), predictions, [last]);
  }
  if (outputsPerLabel > 1)
    return laid(...alignMultiple(who, labels, predictions, outputsPerLabel), [predictions.rank - 1]);
  let [y, p] = alignPair(who, labels, predictions, { broadcast });
  if (p.rank === 0) [y, p] = [y.reshape([1]), p.reshape([1])];
  const isRow = contract.predictions === "distribution";
  if (perRow && !isRow && p.rank === 1 && y.rank === 1) [y, p] = [y.expandDims(-1), p.expandDims(-1)];
  return laid(y, p, axesOf(who, axes, p.rank));
}

function requireLastAxis(who: string, axis: number, rank: number): void {
  if (axis === rank - 1) return;
  throw new PlumbError("PL2009", {
    asked: `${who} was given axis: ${axis} for predictions of rank ${rank}`,
    why: "Class indices lack the class axis, and it is the last one that they lack",
    fix: "Bring the classes to the last axis: predictions.transpose(…)",
  });
}

function requireSequences(who: string, labels: Tensor, predictions: Tensor): Tensor {
  if (labels.rank === 2 && predictions.rank === 3 && labels.shape[0] === predictions.shape[0])
    return predictions;
  throw new PlumbError("PL2002", {
    asked: `${who} was to compare labels of shape ${showShape(labels.shape)} with predictions of shape ${showShape(predictions.shape)}`,
    why: "It takes labels [batch, length] and predictions [batch, steps, classes]",
    fix: "Give one sequence per row, filled up with 0, and one row of logits per time step",
  });
}

/** Labels `[…, n]` and predictions `[…, count · n]`; one label per row may come without its axis. */
function alignMultiple(
  who: string,
  labels: Tensor,
  predictions: Tensor,
  count: number,
): readonly [labels: Tensor, predictions: Tensor] {
  const y = labels.rank === predictions.rank - 1 ? labels.expandDims(-1) : labels;
  const fits =
    y.rank === predictions.rank &&
    y.rank > 0 &&
    y.shape.every(
      (extent, axis) => predictions.shape[axis] === (axis === y.rank - 1 ? count * extent : extent),
    );
  if (fits) return [y, predictions];
  throw new PlumbError("PL2002", {
    asked: `${who} was to compare labels of shape ${showShape(labels.shape)} with predictions of shape ${showShape(predictions.shape)}`,
    why: `It takes ${count} predictions for each label, side by side along the last axis`,
    fix: `Give the last layer ${count * (y.shape[y.rank - 1] ?? 1)} units`,
  });
}
