import { describe, expect, test } from "vitest";
import type { HostArray } from "../../src/base/dtype.ts";
import { optimizerClasses } from "../../src/optimizers/index.ts";
import type { Optimizer } from "../../src/optimizers/optimizer.ts";
import { engineStats, tensor, Variable, type Tensor } from "../../src/tensor/index.ts";
import {
  camelKeys,
  goldensMissing,
  numbersOf,
  readGoldens,
  tensorOf,
  worstShare,
  type GoldenTensor,
} from "../support/goldens.ts";
import { optimizerWaits } from "../support/keras.ts";

/** Promises that every optimizer keeps, and Keras's numbers for those that Keras has. */

/** Weights as an optimizer test reads them. */
type Vector = HostArray | readonly number[];
type Options = Record<string, unknown>;
type Make = (options?: Options) => Optimizer;
const makers: readonly (readonly [string, Make])[] = Object.entries(optimizerClasses).map(([name, of]) => [
  name,
  (options = {}) => new (of as unknown as new (options: Options) => Optimizer)(options),
]);

/** The weights after `steps` steps down the gradient of `loss`, which is written out by hand here. */
function descend(
  optimizer: Optimizer,
  start: readonly number[],
  gradient: (w: Vector) => number[],
  steps: number,
) {
  const w = new Variable(start.slice(), { name: "w" });
  for (let step = 0; step < steps; step++) optimizer.applyGradients([[tensor(gradient(w.dataSync())), w]]);
  return { w, values: [...w.dataSync()] };
}

/** (a − 3)² + 10 (b + 1)²: its lowest point is (3, −1). */
const bowl = ([a, b]: Vector): number[] => [2 * (a - 3), 20 * (b + 1)];
/** (1 − a)² + 100 (b − a²)²: its lowest point is (1, 1), at the end of a bent valley. */
const rosenbrock = ([a, b]: Vector): number[] => [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)];

/** A rate, and for SGD a momentum, at which each reaches the end of Rosenbrock's valley in 4,000 steps. */
const valley: Record<string, Options> = {
  SGD: { learningRate: 5e-4, momentum: 0.9 },
  Adam: { learningRate: 0.02 },
};

/** A value for each parameter that is not its default. */
const moved: Record<string, Options> = {
  learningRate: { learningRate: 0.03 },
  momentum: { momentum: 0.5 },
  nesterov: { momentum: 0.9, nesterov: true },
  beta1: { beta1: 0.5 },
  beta2: { beta2: 0.9 },
  epsilon: { epsilon: 0.1 },
  amsgrad: { amsgrad: true },
  clipnorm: { clipnorm: 0.1 },
  clipvalue: { clipvalue: 0.1 },
  globalClipnorm: { globalClipnorm: 0.1 },
  weightDecay: { weightDecay: 0.1 },
};

describe.each(makers)("%s", (name, make) => {
  test("reaches the bottom of a bowl", () => {
    const { values } = descend(make({ learningRate: 0.05 }), [0, 0], bowl, 500);
    expect(values[0]).toBeCloseTo(3, 3);
    expect(values[1]).toBeCloseTo(-1, 3);
  });

  test("reaches the end of Rosenbrock's valley", () => {
    const { values } = descend(make(valley[name]), [-1.2, 1], rosenbrock, 4000);
    expect(Math.hypot(values[0] - 1, values[1] - 1)).toBeLessThan(0.05);
  });

  const common = ["learningRate", "clipnorm", "clipvalue", "globalClipnorm", "weightDecay"];
  test.each([...common, ...Object.keys(make().record.parameters)])("%s moves the result", (parameter) => {
    // Some show only beside another: nesterov is a form of momentum, and a second moment must fall for amsgrad to hold it.
    const base: Options = { nesterov: { momentum: 0.9 }, amsgrad: { beta2: 0.5 } }[parameter] ?? {};
    const run = (options: Options): number[] => {
      const optimizer = make({ learningRate: 0.01, ...options });
      const w = new Variable([1, -2], { name: "w" });
      for (const scale of [1, 0.5, 0.1, 0.01])
        optimizer.applyGradients([[tensor([2 * scale, -3 * scale]), w]]);
      return [...w.dataSync()];
    };
    const plain = run(base);
    const other = run({ ...base, ...moved[parameter] });
    expect(moved[parameter], `a value for ${parameter}`).toBeDefined();
    expect(Math.max(...plain.map((value, i) => Math.abs(value - other[i])))).toBeGreaterThan(1e-5);
  });

  test("saved and resumed equals straight through, bit for bit", () => {
    const options = name === "SGD" ? { momentum: 0.9 } : {};
    const straight = descend(make(options), [1, 2], bowl, 7).values;
    const first = make(options);
    const { w } = descend(first, [1, 2], bowl, 3);
    const second = make({ ...options, learningRate: 0.5 });
    const resumed = new Variable([...w.dataSync()], { name: "w" });
    second.build([resumed]);
    second.setState(first.getState());
    for (let step = 0; step < 4; step++) second.applyGradients([[tensor(bowl(resumed.dataSync())), resumed]]);
    expect([...resumed.dataSync()]).toEqual(straight);
    expect(second.learningRate).toBe(first.learningRate);
    expect(second.iterations.dataSync()[0]).toBe(7);
  });

  test("after the first step nothing is compiled any more, whatever the learning rate", () => {
    const optimizer = make();
    const w = new Variable([1, 2], { name: "w" });
    const step = (): void => optimizer.applyGradients([[tensor([0.1, 0.2]), w]]);
    step();
    w.dataSync();
    const { built } = engineStats();
    for (const rate of [0.1, 0.2, 0.3]) {
      optimizer.learningRate = rate;
      step();
    }
    w.dataSync();
    expect(engineStats().built).toBe(built);
  });

  test("a null gradient leaves variable and slots as they are", () => {
    const optimizer = make({ learningRate: 0.1 });
    const [a, b] = [new Variable([1], { name: "a" }), new Variable([1], { name: "b" })];
    optimizer.applyGradients([
      [tensor([1]), a],
      [null, b],
    ]);
    expect(a.dataSync()[0]).toBeLessThan(1);
    expect(b.dataSync()[0]).toBe(1);
  });
});

test("Adam's first step is η / (1 + ε/√(1−β₂)) to float32's last digits: the corrections cancel exactly", () => {
  // With g = 1: m = 1−β₁ and v = 1−β₂. Were 1 − β₂ᵗ computed in float32, the step would be off by 6.4e-6 of itself.
  const w = new Variable([0], { name: "w" });
  new optimizerClasses.Adam({ learningRate: 0.1 }).applyGradients([[tensor([1]), w]]);
  const step = 0.1 / (1 + 1e-7 / Math.sqrt(0.001));
  expect(Math.abs(w.dataSync()[0] + step) / step).toBeLessThan(5e-7);
});

test("an unknown parameter, a value out of range and two kinds of clipping are PL4004", () => {
  for (const [, make] of makers) {
    expect(() => make({ lerningRate: 1 })).toThrow(/PL4004.*learningRate/);
    expect(() => make({ learningRate: -1 })).toThrow(/PL4004/);
    expect(() => make({ clipnorm: 1, clipvalue: 1 })).toThrow(/PL4004.*clipnorm and clipvalue/);
  }
});

interface Sequence {
  readonly variables: readonly { readonly name: string; readonly initial: GoldenTensor }[];
  readonly gradients: readonly (readonly (GoldenTensor | null)[])[];
}
interface GoldenCase {
  readonly id: string;
  readonly class: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly sequence: string;
  readonly weights: readonly (readonly GoldenTensor[])[];
  readonly constraints?: unknown;
  readonly exclude_from_weight_decay_var_names?: unknown;
}
const { sequences = {}, cases = [] } = readGoldens<{
  sequences: Record<string, Sequence>;
  cases: GoldenCase[];
}>("optimizers.json");

/** Cases that ask for what does not exist here yet: schedules, exclusions, constraints, and what the wrapper lacks. */
const waits = ({ config, constraints, exclude_from_weight_decay_var_names: excluded }: GoldenCase): boolean =>
  constraints !== undefined ||
  excluded !== undefined ||
  typeof config.learning_rate === "object" ||
  optimizerWaits(config);

const known = new Map(makers);
const runnable = cases.filter((one) => known.has(one.class) && !waits(one));

describe.skipIf(goldensMissing)(`Keras's numbers (${goldensMissing ?? `${runnable.length} cases`})`, () => {
  test.each(runnable.map((one) => [one.id, one] as const))("%s", (_, one) => {
    const { variables, gradients } = sequences[one.sequence];
    const optimizer = known.get(one.class)!(camelKeys(one.config));
    const weights = variables.map(({ name, initial }) => new Variable(tensorOf(initial), { name }));
    one.weights.forEach((after, step) => {
      const given = gradients[step].map((gradient): Tensor | null => gradient && tensorOf(gradient));
      optimizer.apply(given, weights);
      weights.forEach((weight, i) => {
        const share = worstShare(weight.dataSync(), numbersOf(after[i]), 2e-5, 2e-6);
        expect(share, `${weight.name} after step ${step}: its distance in allowed ones`).toBeLessThanOrEqual(
          1,
        );
      });
    });
  });
});
