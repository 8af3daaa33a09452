/** Rows that have the shapes a model wants, for who asks how fast it is before there are data. */
import { labelRange, type Contract } from "../base/contract.ts";
import type { DType } from "../base/dtype.ts";
import { PlumbError } from "../base/errors.ts";
import { sizeOf } from "../base/shape.ts";
import { isShapeList, showBatchShape, type BatchShape } from "../layers/index.ts";
import { random, tensor, zeros, type Tensor } from "../tensor/index.ts";
import type { Compiled } from "./compile.ts";
import type { AnyModel } from "./model.ts";
import { arranged, type Structure } from "./places.ts";

/** Inputs for so many rows: numbers in [0, 1), which are an index too where one is wanted; 0 for whole numbers. */
export function generatedInputs(model: AnyModel, rows: number): Structure<Tensor> {
  const shapes = isShapeList(model.inputShape!) ? model.inputShape : [model.inputShape as BatchShape];
  const dtypes = model.graph?.inputs.map(({ dtype }) => dtype);
  const values = shapes.map((shape, i) => {
    const whole = wholeShape(model, shape, rows, "input");
    const dtype: DType = dtypes?.[i] ?? "float32";
    return dtype === "float32" ? random.uniform(whole, { seed: i }) : zeros(whole, dtype);
  });
  const several = shapes.length > 1;
  const places = model.inputPlaces ?? { names: shapes.map(String), form: several ? "list" : "one" };
  return arranged(places, values);
}

/** Labels for so many rows, as the loss of each output takes them; undefined for an output that wants none. */
export function generatedLabels(
  model: AnyModel,
  compiled: Compiled,
  rows: number,
): Structure<Tensor | undefined> {
  const outputs = model.outputInfos!;
  const labels = compiled.criteria(outputs).map(({ loss }, i) => {
    const { shape = [null] } = outputs[i];
    return loss && labelsFor(loss.contract, wholeShape(model, shape, rows, "output"));
  });
  return arranged(model.outputPlaces!, labels);
}

/** Labels that a contract takes, for predictions of a shape. */
function labelsFor(contract: Contract, predictions: readonly number[]): Tensor {
  const [rows, ...rest] = predictions;
  const classes = predictions.at(-1) as number;
  const counted = (
    shape: readonly number[],
    label: (i: number) => number,
    dtype: DType = "float32",
  ): Tensor => {
    const values = dtype === "int32" ? new Int32Array(sizeOf(shape)) : new Float32Array(sizeOf(shape));
    return tensor(
      values.map((_, i) => label(i)),
      shape,
    );
  };
  switch (contract.labels) {
    case "classIndex":
      return counted(predictions.slice(0, -1), (i) => i % classes, "int32");
    case "oneHot":
      return counted(predictions, (i) => Number(Math.floor(i / classes) % classes === i % classes));
    case "binary":
      return counted(predictions, (i) => i % 2);
    case "sign":
      return counted(predictions, (i) => 2 * (i % 2) - 1);
    case "group":
      return counted([rows], (i) => i >> 1, "int32");
    case "sequence":
      // Half as long as the predictions, and never the same class twice in a row where there are two.
      return counted([rows, Math.max(1, rest[0] >> 1)], (i) => 1 + (i % Math.max(1, classes - 1)), "int32");
    case "real": {
      const [low, high] = labelRange(contract).map((end, i) => (Number.isFinite(end) ? end : i));
      const width = contract.predictions === "meanAndSpread" ? classes / 2 : classes;
      return counted([...predictions.slice(0, -1), width], (i) => low + ((high - low) * (1 + (i % 7))) / 8);
    }
  }
}

/** A shape with the batch filled in. Errors: PL4004 where other extents are open. */
function wholeShape(model: AnyModel, [, ...row]: BatchShape, rows: number, what: string): number[] {
  if (row.every((extent) => extent !== null)) return [rows, ...(row as number[])];
  throw new PlumbError("PL4004", {
    asked: `A profile of the model "${model.name}" was asked for without data`,
    arrived: `An ${what} has the shape ${showBatchShape([null, ...row])}`,
    why: "Where an extent is not known, nobody can say how long the data are that it will be used for",
    fix: "Give rows like those that you train on: model.profile(x, y)",
  });
}
