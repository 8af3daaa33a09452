/** Optimizers: every variable after every step, the rate before it, and what the end of a training makes of them. */
import { Variable, type Tensor } from "../../../src/tensor/index.ts";
import { numbersOf, tensorOf, type GoldenTensor } from "../../support/goldens.ts";
import { constraintOf, optimizerOf, type Spec } from "../../support/keras.ts";
import type { GoldenCase, Judge, Room } from "../room.ts";

interface Sequence {
  readonly variables: readonly { readonly name: string; readonly initial: GoldenTensor }[];
  readonly gradients: readonly (readonly (GoldenTensor | null)[])[];
}
interface OptimizerCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly sequence: string;
  readonly weights: readonly (readonly GoldenTensor[])[];
  readonly learning_rate_before_step?: readonly (number | string)[];
  readonly weights_finalized?: readonly GoldenTensor[];
  readonly iterations?: number;
  readonly constraints?: Readonly<Record<string, Spec>>;
  readonly exclude_from_weight_decay_var_names?: readonly string[];
  readonly tags?: readonly string[];
}

function variablesOf({ variables }: Sequence, constraints: Readonly<Record<string, Spec>> = {}): Variable[] {
  return variables.map(({ name, initial }) => {
    const spec = constraints[name];
    const constraint = spec && constraintOf(spec);
    return new Variable(tensorOf(initial), {
      name,
      ...(constraint ? { constraint: (value: Tensor) => constraint.call(value) } : {}),
    });
  });
}

function run(judge: Judge, one: OptimizerCase, sequence: Sequence): void {
  const optimizer = optimizerOf({ class_name: one.class, config: one.config });
  const excluded = one.exclude_from_weight_decay_var_names;
  if (excluded) optimizer.excludeFromWeightDecay({ varNames: excluded });
  const variables = variablesOf(sequence, one.constraints);
  one.weights.forEach((after, step) => {
    const rate = one.learning_rate_before_step?.[step];
    if (rate !== undefined) judge.close([optimizer.learningRate], [rate], `the rate before step ${step}`);
    const given = sequence.gradients[step].map((gradient) => gradient && tensorOf(gradient));
    optimizer.apply(given, variables);
    after.forEach((want, i) =>
      judge.close(variables[i].dataSync(), want, `${variables[i].name} after step ${step}`),
    );
  });
  if (one.iterations !== undefined)
    judge.close(optimizer.iterations.dataSync(), [one.iterations], "the iterations");
  if (one.weights_finalized === undefined) return;
  optimizer.finalizeVariableValues(variables);
  one.weights_finalized.forEach((want, i) =>
    judge.close(variables[i].dataSync(), want, `${variables[i].name} at the end`),
  );
}

/** Nadam multiplies a product of rates that each backend rounds in its own way. */
const tolerances = { Nadam: { rtol: 1e-4, atol: 1e-5 } } as const;

export const optimizers: Room = {
  name: "optimizers",
  file: "optimizers.json",
  tolerance: { rtol: 2e-5, atol: 2e-6 },
  cases: ({
    sequences,
    cases,
    errors,
  }: {
    sequences: Record<string, Sequence>;
    cases: OptimizerCase[];
    errors: OptimizerCase[];
  }): GoldenCase[] => [
    ...cases.map((one) => ({
      id: one.id,
      tags: one.tags ?? [],
      recorded: { ...one },
      tolerance: tolerances[one.class as keyof typeof tolerances],
      run: (judge: Judge) => run(judge, one, sequences[one.sequence]),
    })),
    ...(errors ?? []).map((one) => ({
      id: `refused/${one.id}`,
      tags: one.tags ?? [],
      recorded: { ...one },
      run: (judge: Judge) =>
        judge.refuses(() => {
          const optimizer = optimizerOf({ class_name: one.class, config: one.config });
          const { variables, gradients } = sequences[one.sequence];
          const weights = variables.map(({ initial }) => new Variable(numbersOf(initial)));
          optimizer.apply(
            gradients[0].map((gradient) => gradient && tensorOf(gradient).reshape([-1])),
            weights,
          );
        }, one.id),
    })),
  ],
};
