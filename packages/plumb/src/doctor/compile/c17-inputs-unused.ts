import { Dense, Lambda } from "../../layers/index.ts";
import { leavesOf, replaceLeaves, type Tensor } from "../../tensor/index.ts";
import { Sequential, type RowsData } from "../../train/index.ts";
import type { Diagnosis } from "../diagnosis.ts";
import type { ExamineOptions } from "../examine.ts";
import {
  answersTo,
  firstLook,
  firstProbe,
  refusedAsNothing,
  type FirstLook,
  type ProbedModel,
} from "../experiments/first-look.ts";
import { inputSlopes } from "../experiments/input-slopes.ts";
import { withOtherWeights } from "../experiments/other-weights.ts";
import { trainAsGiven } from "../experiments/short-training.ts";
import type { Observation } from "../finding.ts";
import { clouds } from "../made-up.ts";
import type { ModelSubject } from "../subjects/model.ts";
import { count } from "../words.ts";

/** Steps after which a model that can learn looks at its inputs. */
const steps = 20;

export const inputsUnused: Diagnosis = {
  id: "C17",
  code: "PL2117",
  severity: "warning",
  title: "the model does not look at its inputs",
  thresholds: {
    slope: {
      value: 0,
      unit: "slope of the outputs in the inputs",
      source:
        "added: many layers of sigmoids shrink a change below rounding, which is another matter (T7); a way that is cut has no slope at all",
    },
    change: {
      value: 1e-6,
      unit: "of the size of the outputs, by which they change with the inputs",
      source: "float32 rounds to 6e-8; TheDeepChecker (Braiek and Khomh, 2022) compares with zeroed inputs",
    },
  },
  explains: ["C18", "T4", "T10", "P3", "P4"],
  about: `A model that gives the same answer whatever comes in can at best learn the mean, or the commonest class. Somewhere the way
from the inputs to the outputs is cut: a layer is never called, its result is not used, the inputs are multiplied by 0, all
weights begin at 0, or every unit of a relu layer is silent.

The rows are exchanged with each other, and set to 0; no output may change beyond rounding, and the slope of the outputs in
the inputs has to be exactly 0. (Many layers can shrink a change so much that rounding hides it: then there is a slope, and
it is told as a vanishing gradient, T7.) Then the same is done with other random weights. If the answers still do not change,
the wiring is cut; if they do, it is the first weights, and twenty steps of training (which are taken back) show whether the
model gets out of it by itself: a single layer that begins at 0 does, and nothing is said.`,
  example: `const layers = [new Dense(8, { activation: "relu", kernelInitializer: "zeros" }), new Dense(1, { kernelInitializer: "zeros" })];
const data = [[0, 1], [1, 0], [1, 1], [-1, 0]];
const model = new Sequential(layers);
const report = await examine({ model, compile: { loss: "mse" }, data, labels: [1, 2, 4, 0] });
console.log(report.findings.map(({ code }) => code)); // PL2117 is among them

new Sequential([new Dense(8, { activation: "relu" }), new Dense(1)]);`,
  rules: {
    model: (subject) =>
      refusedAsNothing(async () => {
        const look = await firstLook(subject);
        if (look === undefined || look.rows.length < 2) return undefined;
        const { inputs } = subject.data.training;
        const alone = await unusedInputs(subject, look);
        if (alone.length === 0) return undefined;
        const wired = await withOtherWeights(subject, 0, () => unusedInputs(subject, look));
        const cut = alone.filter((input) => wired.includes(input));
        if (cut.length > 0) return [observe(subject, cut, inputs.length, await firstProbe(subject), true)];
        if (!subject.experiments || !subject.model.isCompiled) return undefined;
        const stuck = await subject.undone(async () => {
          await trainAsGiven(subject, look, steps, -Infinity);
          return unusedInputs(subject, look);
        });
        const still = alone.filter((input) => stuck.includes(input));
        if (still.length === 0) return undefined;
        return [observe(subject, still, inputs.length, await firstProbe(subject), false)];
      }),
  },
  sick: { examine: () => withFactor(0) },
  healthy: { examine: () => withFactor(1) },
};

/** The inputs, by number, whose values the outputs do not hang on. */
async function unusedInputs(subject: ModelSubject, { x }: FirstLook): Promise<readonly number[]> {
  const inputs = leavesOf(x) as readonly Tensor[];
  /** The outputs with another tensor in the place of one input. */
  const outputs = async (place?: number, other?: Tensor): Promise<readonly ArrayLike<number>[]> => {
    const exchanged = replaceLeaves(x, (of) => (of === inputs[place ?? -1] ? other : of));
    return (await answersTo(subject, exchanged as RowsData)).map((tensor) => tensor.dataSync());
  };
  const real = await outputs();
  const slopes = inputSlopes(subject, x);
  const unused: number[] = [];
  for (const [i, input] of inputs.entries()) {
    if ((slopes[i] ?? 0) > inputsUnused.thresholds.slope.value) continue;
    const others = [input.flip(0), input.mul(0).cast(input.dtype)];
    // An input that is the same in every row has nothing to be exchanged.
    if (same([input.dataSync() as ArrayLike<number>], [others[0].dataSync() as ArrayLike<number>])) continue;
    let hangs = false;
    for (const other of others) hangs ||= !same(real, await outputs(i, other));
    if (!hangs) unused.push(i);
  }
  return unused;
}

/** Whether values are the same but for rounding. */
function same(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): boolean {
  return a.every((values, k) => {
    let [size, apart] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i]) || Number.isNaN(b[k][i])) return false;
      size = Math.max(size, Math.abs(values[i]));
      apart = Math.max(apart, Math.abs(values[i] - b[k][i]));
    }
    return apart <= inputsUnused.thresholds.change.value * size;
  });
}

function observe(
  { layers }: ModelSubject,
  unused: readonly number[],
  inputs: number,
  probe: ProbedModel | undefined,
  cut: boolean,
): Observation {
  // The first layer whose outputs are all 0: nothing gets past it.
  const silent = probe?.layers.find(({ inactive, units }) => inactive === 1 && units > 0);
  const zeros = layers.filter(
    ({ layer }) =>
      layer.weights.length > 0 && layer.weights.every((weight) => weight.dataSync().every((of) => of === 0)),
  );
  return {
    severity: "warning",
    title:
      inputs === 1
        ? "The outputs change by 0 when the inputs change: the model gives the same answer to every row"
        : `The outputs change by 0 when input ${unused.join(", ")} changes: ${count(unused.length, "input")} of ${inputs} ${unused.length === 1 ? "is" : "are"} not used`,
    number: 0,
    threshold: inputsUnused.thresholds.change.value,
    evidence: [
      "They stay the same with the rows exchanged, and with all inputs set to 0; their slope in the inputs is 0",
      cut
        ? "So it is with other random weights: the way from the inputs to the outputs is cut"
        : `With other random weights they do change, but ${steps} training steps do not get there: the first weights are in the way`,
      ...(zeros.length > 0 ? [`All weights of ${zeros.map(({ name }) => name).join(", ")} are 0`] : []),
      ...(silent === undefined ? [] : [`${silent.name} gives 0 in all ${silent.units} units for every row`]),
    ],
    why: "A model that does not see its inputs can only learn the mean of the labels, or the most common class",
    fix: cut
      ? "Follow the data from the inputs to the outputs: each layer has to be called with what the one before it gave, and nothing may be multiplied by 0"
      : silent !== undefined && zeros.length === 0
        ? `Leave the biasInitializer and kernelInitializer of ${silent.name} out: a relu below 0 passes nothing on`
        : 'Leave the kernelInitializer out, or take "glorotUniform": layers that begin at 0 pass nothing on',
    where: { layers: silent === undefined ? zeros.map(({ name }) => name) : [silent.name] },
    confirmed: true,
  };
}

const withFactor = (factor: number): ExamineOptions => ({
  ...clouds(2, 40),
  model: new Sequential([
    new Lambda((x) => (x as Tensor).mul(factor)),
    new Dense(1, { activation: "sigmoid" }),
  ]),
  compile: { loss: "binaryCrossentropy" },
  experiments: false,
});
