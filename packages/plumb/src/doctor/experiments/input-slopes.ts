/** How steeply the outputs of a model change with its inputs: what rounding hides from a comparison of outputs shows in it. */
import { isFloat } from "../../base/dtype.ts";
import { gradients, tensor, type Tensor } from "../../tensor/index.ts";
import { inputsOf, valuesIn, type RowsData } from "../../train/index.ts";
import { pseudo } from "../made-up.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { tracedOn } from "./traced-rows.ts";

/**
 * The greatest slope of the outputs in each input, over all values of some rows. Undefined for an input of whole numbers,
 * which has no slope. Outputs are added up with weights that look like chance: those of a softmax always sum to 1.
 */
export function inputSlopes(subject: ModelSubject, x: RowsData): readonly (number | undefined)[] {
  const rows = { x: inputsOf(subject.model, x), y: [], sampleWeight: [] };
  const program = tracedOn(subject, rows, ({ predictions, values }) => {
    const sums = predictions
      .filter(({ dtype }) => isFloat(dtype))
      .map((output) => output.mul(tensor(chance(output.size), output.shape)).sum());
    const total = sums.reduce((a, b) => a.add(b));
    return gradients(
      total,
      values.filter(({ dtype }) => isFloat(dtype)),
    ).map((slope) => slope.abs().max());
  });
  try {
    program.run();
    let next = 0;
    return valuesIn<Tensor>(rows).map(({ dtype }) =>
      isFloat(dtype) ? program.output(next++)[0] : undefined,
    );
  } finally {
    program.dispose();
  }
}

const chance = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => pseudo(i) - 0.5);
