import { describe, expect, test } from "vitest";
import { scheduleClasses, schedules, type LearningRateSchedule } from "../../src/schedules/index.ts";
import { compile, engineStats, tensor, Variable, type Tensor } from "../../src/tensor/index.ts";

/** Promises that every schedule keeps. Keras's numbers are held in goldens.test.ts. */

type Options = Record<string, unknown>;

/** What each is made with here, and for each of its parameters another value. */
const samples: Record<string, { readonly options: Options; readonly moved: Options }> = {
  ConstantSchedule: { options: { learningRate: 0.3 }, moved: { learningRate: 0.2 } },
  ExponentialDecay: {
    options: { initialLearningRate: 0.1, decaySteps: 7, decayRate: 0.6 },
    moved: { initialLearningRate: 0.2, decaySteps: 5, decayRate: 0.7, staircase: true },
  },
  PiecewiseConstantDecay: {
    options: { boundaries: [3, 10], values: [0.3, 0.2, 0.1] },
    moved: { boundaries: [4, 10], values: [0.3, 0.25, 0.1] },
  },
  PolynomialDecay: {
    options: { initialLearningRate: 0.1, decaySteps: 11 },
    moved: { initialLearningRate: 0.2, decaySteps: 5, endLearningRate: 0.01, power: 2, cycle: true },
  },
  InverseTimeDecay: {
    options: { initialLearningRate: 0.1, decaySteps: 7, decayRate: 0.6 },
    moved: { initialLearningRate: 0.2, decaySteps: 5, decayRate: 0.7, staircase: true },
  },
  CosineDecay: {
    options: { initialLearningRate: 0.1, decaySteps: 12, warmupTarget: 0.2, warmupSteps: 4 },
    moved: { initialLearningRate: 0.05, decaySteps: 9, alpha: 0.1, warmupTarget: 0.3, warmupSteps: 5 },
  },
  CosineDecayRestarts: {
    options: { initialLearningRate: 0.1, firstDecaySteps: 5 },
    moved: { initialLearningRate: 0.2, firstDecaySteps: 7, tMul: 1, mMul: 0.5, alpha: 0.1 },
  },
  OneCycle: {
    options: { maxLearningRate: 0.1, totalSteps: 30 },
    moved: {
      maxLearningRate: 0.2,
      totalSteps: 40,
      pctStart: 0.5,
      annealStrategy: "linear",
      divFactor: 10,
      finalDivFactor: 10,
    },
  },
};
const steps = Array.from({ length: 50 }, (_, i) => i);

describe.each(Object.entries(scheduleClasses))("%s", (name, Class) => {
  const make = (options: Options = {}): LearningRateSchedule =>
    new (Class as unknown as new (options: Options) => LearningRateSchedule)({
      ...samples[name].options,
      ...options,
    });

  test("has a sample here, and the name it is listed under", () => {
    expect(samples[name]).toBeDefined();
    expect(make().name).toBe(name);
  });

  test.each(Object.keys(Class.record.parameters))("%s moves the rate", (parameter) => {
    expect(samples[name].moved[parameter], `a value for ${parameter}`).toBeDefined();
    const [plain, other] = [make(), make({ [parameter]: samples[name].moved[parameter] })];
    const far = steps.map((step) => Math.abs(plain.valueAt(step) - other.valueAt(step)));
    expect(Math.max(...far)).toBeGreaterThan(1e-5);
  });

  test("rates are finite and not negative, at the last step that is counted too", () => {
    for (const step of [...steps, 1e6, 2 ** 31 - 1]) {
      expect(make().valueAt(step)).toBeGreaterThanOrEqual(0);
      expect(make().valueAt(step)).toBeLessThan(1);
    }
  });

  test("the numbers of a plot are those of a compiled step, which compiles once", () => {
    const schedule = make();
    const counter = new Variable(new Int32Array(1), { name: "counter" });
    const step = compile((add: Tensor): Tensor => {
      const rate = schedule.call(counter.read().reshape([]));
      counter.assign(counter.add(add));
      return rate;
    });
    const one = tensor(Int32Array.of(1));
    const rates = [step(one).itemSync()];
    const { built } = engineStats();
    for (let i = 1; i < steps.length; i++) rates.push(step(one).itemSync());
    expect(engineStats().built).toBe(built);
    expect(schedule.valuesAt(steps)).toEqual(rates);
    expect(schedule.valueAt(17)).toBe(rates[17]);
  });

  test("missing, unknown and impossible parameters are PL4004", () => {
    const bare = Class as unknown as new (options?: Options) => unknown;
    expect(() => new bare({})).toThrow(/PL4004/);
    expect(() => make({ decaySteeps: 3 })).toThrow(/PL4004.*decaySteeps/);
    for (const parameter of Object.keys(samples[name].options))
      expect(() => make({ [parameter]: -1 }), parameter).toThrow(/PL4004/);
  });

  test("is found by its names", () => {
    for (const spelling of [name, name[0].toLowerCase() + name.slice(1)])
      expect(schedules.get(spelling as "oneCycle", samples[name].options)).toBeInstanceOf(Class);
  });
});

const {
  CosineDecay,
  CosineDecayRestarts,
  ExponentialDecay,
  OneCycle,
  PiecewiseConstantDecay,
  PolynomialDecay,
} = scheduleClasses;

test("one decay period multiplies the rate by the decay rate, however many have passed", () => {
  const schedule = new ExponentialDecay({ initialLearningRate: 0.1, decaySteps: 1e6, decayRate: 0.5 });
  expect(schedule.valueAt(20e6) / (0.1 * 2 ** -20)).toBeCloseTo(1, 5);
  // A step at 100 million is told from the next one: times are float64.
  const slow = new PolynomialDecay({ initialLearningRate: 1, decaySteps: 2 ** 30, endLearningRate: 0 });
  expect(slow.valueAt(2 ** 30 - 3)).toBe(3 * 2 ** -30);
});

test("a cosine ends at exactly 0, passes half way at half, and is symmetric about it", () => {
  const schedule = new CosineDecay({ initialLearningRate: 1, decaySteps: 100 });
  expect([schedule.valueAt(0), schedule.valueAt(100), schedule.valueAt(101)]).toEqual([1, 0, 0]);
  for (const step of [1, 10, 30, 50])
    expect(schedule.valueAt(step) + schedule.valueAt(100 - step)).toBeCloseTo(1, 6);
  // The last steps keep their digits: 1 − cos ε is ε²/2.
  expect(schedule.valueAt(99) / ((Math.PI / 100) ** 2 / 4)).toBeCloseTo(1, 3);
});

test("restarts come on time, at every power of the factor", () => {
  for (const tMul of [1, 1.5, 2, 3]) {
    const schedule = new CosineDecayRestarts({
      initialLearningRate: 1,
      firstDecaySteps: 64,
      tMul,
      mMul: 0.5,
    });
    let [start, length] = [0, 64];
    for (let i = 0; i < 6 && Number.isInteger(length); i++) {
      expect(schedule.valueAt(start), `${tMul}: restart ${i}`).toBeCloseTo(0.5 ** i, 6);
      if (start > 0) expect(schedule.valueAt(start - 1)).toBeLessThan(0.01);
      start += length;
      length *= tMul;
    }
  }
});

test("a piece ends with its boundary; boundaries and values fit each other", () => {
  const schedule = new PiecewiseConstantDecay({ boundaries: [2, 4], values: [3, 2, 1] });
  expect(schedule.valuesAt([0, 2, 3, 4, 5])).toEqual([3, 3, 2, 2, 1]);
  expect(() => new PiecewiseConstantDecay({ boundaries: [2], values: [1] })).toThrow(/PL4004.*2 pieces/);
  expect(() => new PiecewiseConstantDecay({ boundaries: [4, 2], values: [1, 2, 3] })).toThrow(
    /PL4004.*ascend/,
  );
});

test("one cycle goes from its first rate to the top to its last, as PyTorch's does", () => {
  const schedule = new OneCycle({ maxLearningRate: 1, totalSteps: 100 });
  const rates = schedule.valuesAt(Array.from({ length: 100 }, (_, i) => i));
  expect(rates[0]).toBeCloseTo(1 / 25, 6);
  expect(rates.indexOf(Math.max(...rates))).toBe(29);
  expect(rates[29]).toBeCloseTo(1, 6);
  expect(rates[99]).toBeCloseTo(1 / 25e4, 8);
  expect(schedule.valueAt(500)).toBe(rates[99]);
  expect(() => new OneCycle({ maxLearningRate: 1, totalSteps: 3 })).toThrow(/PL4004/);
});

test("a name that is none is told the nearest", () => {
  expect(() => schedules.get("cosineDecy" as "cosineDecay", {})).toThrow(/PL4011.*cosineDecay/i);
});
