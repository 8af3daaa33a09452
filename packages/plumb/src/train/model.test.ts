import { describe, expect, test } from "vitest";
import {
  Add,
  BatchNormalization,
  Concatenate,
  Dense,
  Dropout,
  Embedding,
  Input,
  input,
  Lambda,
  Layer,
  maskOf,
  Reshape,
  type CallOptions,
} from "../layers/index.ts";
import { SGD } from "../optimizers/index.ts";
import { L2 } from "../regularizers/index.ts";
import { gradients, ones, seed, tensor, type Tensor } from "../tensor/index.ts";
import type { Batch, StepOutput } from "./batch.ts";
import { EarlyStopping } from "./callbacks/index.ts";
import { Model, type AnyModel } from "./model.ts";
import { Sequential } from "./sequential.ts";

const scattered = (shape: readonly number[], stream = 1): Tensor => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + 0.3 * stream)),
    shape,
  );
};
const numbers = (x: unknown): number[] => [...(x as Tensor).dataSync()];
const weightsOf = (model: AnyModel): number[][] => model.getWeights().map((weight) => [...weight]);

function expectClose(got: readonly number[], want: readonly number[], digits = 5): void {
  expect(got.length).toBe(want.length);
  got.forEach((value, i) => expect(value).toBeCloseTo(want[i], digits));
}

const a = scattered([12, 3], 1);
const b = scattered([12, 2], 2);
const amounts = scattered([12, 1], 3);
const classes = Int32Array.from({ length: 12 }, (_, i) => i % 3);

/** Two inputs, a trunk, two heads. */
function branching({ shared = true }: { shared?: boolean } = {}): AnyModel {
  seed(7);
  const left = input({ shape: [3], name: "left" });
  const right = input({ shape: [2], name: "right" });
  const joined = new Concatenate().call([new Dense(4, { activation: "tanh" }).call(left), right]);
  const trunk = shared ? new Dense(5, { activation: "tanh", name: "trunk" }).call(joined) : joined;
  const price = new Dense(1, { name: "one" }).call(trunk);
  const kind = new Dense(3, { name: "two", activation: "softmax" }).call(trunk);
  return new Model({ inputs: { left, right }, outputs: { kind, price } });
}
const settings = {
  loss: { price: "mse", kind: "sparseCategoricalCrossentropy" },
  lossWeights: { price: 0.5, kind: 2 },
  metrics: { price: ["mae"], kind: "accuracy" },
} as const;

describe("a drawn model", () => {
  test("computes what its layers compute by hand", () => {
    const [first, second, sum] = [new Dense(4, { activation: "tanh" }), new Dense(4), new Add()];
    const x = input({ shape: [3] });
    const hidden = first.call(x);
    const model = new Model({ inputs: x, outputs: sum.call([hidden, second.call(hidden)]) });
    const byHand = sum.call([first.call(a), second.call(first.call(a))]) as Tensor;
    expect(numbers(model.call(a))).toEqual(numbers(byHand));
    expect(numbers(model.call(a.arraySync()))).toEqual(numbers(byHand));
    expect(model.outputShape).toEqual([null, 4]);
    expect(model.inputShape).toEqual([null, 3]);
  });

  test("a layer that is called twice has its weights once, and its gradient is the sum of both calls'", () => {
    const [layer, join] = [new Dense(2), new Concatenate()];
    const [x, y] = [input({ shape: [3] }), input({ shape: [3] })];
    const model = new Model({ inputs: [x, y], outputs: join.call([layer.call(x), layer.call(y)]) });
    expect(model.weights.map(({ name }) => name)).toEqual(["dense/kernel", "dense/bias"]);
    const [kernel] = model.weights;
    const other = scattered([12, 3], 5);
    const [together] = gradients((model.call([a, other]) as Tensor).sum(), [kernel]);
    const [one] = gradients(layer.call(a).sum(), [kernel]);
    const [two] = gradients(layer.call(other).sum(), [kernel]);
    expectClose(numbers(together), numbers(one.add(two)));
  });

  test("layers and weights stand in Keras's order, whatever the order in which they were made", () => {
    const x = input({ shape: [3] });
    const late = new Dense(2, { name: "late" });
    const early = new Dense(2, { name: "early" });
    const side = new Dense(2, { name: "side" });
    const model = new Model({
      inputs: x,
      outputs: { z: side.call(x), a: late.call(early.call(x)) },
    });
    // Objects are walked by the alphabet: the output "a" comes before "z".
    expect(model.layers.map(({ name }) => name)).toEqual(["input_layer", "early", "late", "side"]);
    expect(model.outputNames).toEqual(["a", "z"]);
  });

  test("layers without a name are numbered, and their weights with them; names that were given stay free", () => {
    const x = input({ shape: [3] });
    const [first, second, third] = [new Dense(2), new Dense(2, { name: "dense" }), new Dense(2)];
    const model = new Model({ inputs: x, outputs: third.call(second.call(first.call(x))) });
    const names = [
      "dense_1/kernel",
      "dense_1/bias",
      "dense/kernel",
      "dense/bias",
      "dense_2/kernel",
      "dense_2/bias",
    ];
    expect(model.weights.map(({ name }) => name)).toEqual(names);
  });

  test("one input by name is given by its name, or by itself", async () => {
    const x = input({ shape: [3] });
    const model = new Model({ inputs: { rows: x }, outputs: { values: new Dense(2).call(x) } });
    const [named, plain] = [await model.predict({ rows: a }), await model.predict(a)];
    expect(numbers(named.values)).toEqual(numbers(plain.values));
    expect(numbers((model.call({ rows: a }) as typeof named).values)).toEqual(numbers(plain.values));
  });

  test("a model from the middle of another shares its layers", () => {
    const whole = branching();
    const features = new Model({ inputs: whole.inputs, outputs: whole.getLayer("trunk").output });
    const data = { left: a, right: b };
    const last = new Model({
      inputs: whole.getLayer("trunk").output as Tensor,
      outputs: whole.getLayer("one").output as Tensor,
    });
    const { price } = whole.call(data) as Record<string, Tensor>;
    expect(numbers(last.call(features.call(data) as Tensor))).toEqual(numbers(price));
    expect(features.weights).toEqual(whole.weights.slice(0, 4));
  });

  test("lengths that vary are known when data come", async () => {
    const x = input({ shape: [null, 3] });
    const model = new Model({ inputs: x, outputs: new Dense(2).call(x) });
    expect(model.outputShape).toEqual([null, null, 2]);
    for (const steps of [1, 4]) {
      const predicted = await model.predict(scattered([5, steps, 3]));
      expect(predicted.shape).toEqual([5, steps, 2]);
    }
  });

  test("what was said when a call was drawn holds in training too", async () => {
    const x = input({ shape: [3] });
    const [still, random] = [new Dropout(0.5), new Dropout(0.5)];
    const outputs = [still.call(x, { training: false }), random.call(x)];
    const [kept, dropped] = new Model({ inputs: x, outputs }).call(a, { training: true });
    expect(numbers(kept)).toEqual(numbers(a));
    expect(numbers(dropped)).not.toEqual(numbers(a));
  });

  test("an input layer stands for what it gives", () => {
    const below = Input({ shape: [3] });
    const model = new Model({ inputs: below, outputs: new Dense(2).call(below as unknown as Tensor) });
    expect((model.call(a) as Tensor).shape).toEqual([12, 2]);
  });
});

describe("models within models", () => {
  const layers = (): Layer[] => [new Dense(4, { activation: "tanh" }), new Dense(2, { activation: "tanh" })];

  test.each(["before", "after"])("are what their layers are, built %s they are put together", (when) => {
    seed(3);
    const flat = new Sequential([Input({ shape: [3] }), ...layers(), new Dense(1)]);
    seed(3);
    const inner = new Sequential(when === "before" ? [Input({ shape: [3] }), ...layers()] : layers());
    const x = input({ shape: [3] });
    const drawn = new Model({ inputs: x, outputs: new Dense(1).call(inner.call(x)) });
    expect(numbers(drawn.call(a))).toEqual(numbers(flat.call(a)));
    expect(drawn.layers.map(({ name }) => name)).toEqual(["input_layer", "sequential", "dense"]);
    expect(drawn.weights.length).toBe(6);
    const stacked = new Sequential([drawn]);
    expect(numbers(stacked.call(a))).toEqual(numbers(flat.call(a)));
  });

  test("train as the flat one does, to the bit", async () => {
    const trained = async (nested: boolean): Promise<number[][]> => {
      seed(3);
      const [first, second] = layers();
      const inside = nested ? [new Sequential([first, second])] : [first, second];
      const model = new Sequential([Input({ shape: [3] }), ...inside, new Dense(1)]);
      model.compile({ optimizer: "adam", loss: "mse" });
      await model.fit(a, amounts, { epochs: 3, batchSize: 5, seed: 1 });
      return weightsOf(model);
    };
    expect(await trained(true)).toEqual(await trained(false));
  });

  test("give their head on: a softmax inside is trained from its logits", async () => {
    const inner = new Sequential([Input({ shape: [3] }), new Dense(3, { activation: "softmax" })]);
    inner.weights[0].assign(inner.weights[0].mul(200));
    const x = input({ shape: [3] });
    const drawn = new Model({ inputs: x, outputs: new Reshape([3]).call(inner.call(x)) });
    const logits = new Sequential([Input({ shape: [3] }), new Dense(3)]);
    logits.setWeights(inner.getWeights());
    const values = await Promise.all(
      [drawn, logits].map((model) => {
        model.compile({ loss: "sparseCategoricalCrossentropy" });
        return model.evaluate(a, classes);
      }),
    );
    // Probabilities are clipped at 1e-7, which costs 16.1: a loss beyond that comes from the logits.
    expect(values[1].loss).toBeGreaterThan(20);
    expect(values[0].loss).toBeCloseTo(values[1].loss, 3);
  });

  test("frozen they keep their bits, and what is inside is frozen with them", async () => {
    const inner = new Sequential([Input({ shape: [3] }), ...layers()]);
    const outer = new Sequential([Input({ shape: [3] }), inner, new Dense(1)]);
    outer.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: "mse" });
    const before = weightsOf(outer);
    inner.trainable = false;
    expect(inner.layers.every(({ trainable }) => !trainable)).toBe(true);
    expect(outer.trainableVariables.length).toBe(2);
    await outer.fit(a, amounts, { epochs: 2 });
    await outer.trainOnBatch(a, amounts);
    const after = weightsOf(outer);
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    expect(after[4]).not.toEqual(before[4]);
    inner.trainable = true;
    await outer.trainOnBatch(a, amounts);
    expect(weightsOf(outer)[0]).not.toEqual(before[0]);
  });

  test("a frozen batch normalization uses its statistics in training, and leaves them", async () => {
    const inner = new Sequential([Input({ shape: [3] }), new BatchNormalization()]);
    const outer = new Sequential([Input({ shape: [3] }), inner, new Dense(1)]);
    outer.compile({ optimizer: "sgd", loss: "mse" });
    inner.trainable = false;
    const before = weightsOf(inner);
    await outer.fit(a, amounts);
    expect(weightsOf(inner)).toEqual(before);
    const frozen = outer.call(a, { training: true });
    expect(numbers(frozen)).toEqual(numbers(outer.call(a, { training: false })));
    inner.trainable = true;
    await outer.fit(a, amounts);
    expect(weightsOf(inner)).not.toEqual(before);
  });

  test("the penalty on a weight counts once, however often its layer is met", async () => {
    const layer = new Dense(3, { kernelRegularizer: new L2({ l2: 0.5 }) });
    const x = input({ shape: [3] });
    const inner = new Model({ inputs: x, outputs: layer.call(x) });
    const y = input({ shape: [3] });
    const outer = new Model({ inputs: y, outputs: layer.call(inner.call(y)) });
    const [penalty, ...others] = outer.penalties();
    expect(others).toEqual([]);
    expect(penalty.itemSync()).toBeCloseTo(0.5 * layer.weights[0].square().sum().itemSync(), 4);
  });
});

describe("several inputs and outputs", () => {
  const y = { price: amounts, kind: classes };
  const compiled = (options: object = {}): AnyModel => {
    const model = branching();
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), ...settings, ...options } as never);
    return model;
  };

  test("the loss is the sum of the outputs' losses, each times its weight, over batches of any size", async () => {
    const logs = await compiled().evaluate({ left: a, right: b }, y, { batchSize: 5 });
    expect(Object.keys(logs)).toEqual(["loss", "kind_loss", "price_loss", "kind_accuracy", "price_mae"]);
    expect(logs.loss).toBeCloseTo(0.5 * logs.price_loss + 2 * logs.kind_loss, 5);
    const predicted = await compiled().predict({ left: a, right: b });
    const error = (predicted.price as Tensor).sub(amounts);
    expect(logs.price_loss).toBeCloseTo(error.square().mean().itemSync(), 5);
    expect(logs.price_mae).toBeCloseTo(error.abs().mean().itemSync(), 5);
  });

  test("are given by name or in order, with the same result to the bit", async () => {
    const results: unknown[] = [];
    for (const data of [
      [{ left: a, right: b }, y],
      [[a, b], y],
      [
        [a, b],
        [classes, amounts],
      ],
      [{ right: b.arraySync(), left: { data: Float32Array.from(a.dataSync()), shape: [12, 3] } }, y],
    ] as const) {
      const model = compiled();
      const { history } = await model.fit(data[0] as never, data[1] as never, {
        epochs: 2,
        batchSize: 5,
        seed: 1,
        validationData: data as never,
      });
      results.push([history, weightsOf(model)]);
    }
    for (const result of results.slice(1)) expect(result).toEqual(results[0]);
  });

  test("steps on batches are those of an epoch", async () => {
    const [one, other] = [compiled(), compiled()];
    const { history } = await one.fit([a, b], y, { batchSize: 12, shuffle: false });
    const logs = await other.trainOnBatch([a, b], y);
    for (const [name, value] of Object.entries(logs)) expect(value).toBeCloseTo(history[name][0], 5);
    expectClose(weightsOf(other).flat(), weightsOf(one).flat());
    expect((await other.testOnBatch([a, b], y)).loss).toBeCloseTo((await one.evaluate([a, b], y)).loss, 5);
    expect(numbers((await other.predictOnBatch([a, b])).kind)).toEqual(
      numbers((await other.predict([a, b])).kind),
    );
  });

  test("an output that weighs nothing trains nothing; one without a loss needs no labels", async () => {
    const price = async (options: object, labels: object): Promise<number[][]> => {
      const model = compiled(options);
      await model.fit([a, b], labels as never, { epochs: 2, seed: 1 });
      return weightsOf(model);
    };
    const weighed = await price({ lossWeights: { price: 0.5, kind: 0 } }, y);
    const alone = await price(
      { loss: { price: "mse", kind: null }, metrics: { price: "mae" }, lossWeights: { price: 0.5 } },
      { price: amounts },
    );
    expectClose(alone.flat(), weighed.flat());
  });

  test("rows count by output: what weighs 0 for one of them is as if its labels were any", async () => {
    const half = Float32Array.from({ length: 12 }, (_, i) => i % 2);
    const spoilt = tensor(
      amounts.dataSync().map((value, i) => (i % 2 === 0 ? 99 : value)),
      [12, 1],
    );
    const evaluated = (labels: Tensor, sampleWeight: object): Promise<Readonly<Record<string, number>>> =>
      compiled().evaluate([a, b], { price: labels, kind: classes }, { sampleWeight: sampleWeight as never });
    const [clean, dirty] = [
      await evaluated(amounts, { price: half, kind: null }),
      await evaluated(spoilt, { price: half }),
    ];
    expect(dirty.loss).toBe(clean.loss);
    const listed = await evaluated(amounts, [null, half]);
    expect(listed.loss).toBe(clean.loss);
    const both = await evaluated(amounts, half);
    expect(both.price_loss).toBe(clean.price_loss);
    expect(both.kind_loss).not.toBe(clean.kind_loss);
  });

  test("metrics that rows weigh in have a name of their own", async () => {
    const model = compiled({ weightedMetrics: { price: ["mae"] } });
    const half = Float32Array.from({ length: 12 }, (_, i) => i % 2);
    const logs = await model.evaluate([a, b], y, { sampleWeight: half });
    expect(logs.price_weighted_mae).not.toBeCloseTo(logs.price_mae, 4);
  });

  test("callbacks watch a value of one output, by its metric's sense of better", async () => {
    const model = compiled();
    const stopping = new EarlyStopping({
      monitor: "val_kind_accuracy",
      patience: 1,
      restoreBestWeights: true,
    });
    const { history } = await model.fit([a, b], y, {
      epochs: 6,
      validationSplit: { fraction: 0.25, rule: "stratified" },
      seed: 2,
      callbacks: [stopping],
    });
    expect(model.higherIsBetter("val_kind_accuracy")).toBe(true);
    expect(model.higherIsBetter("val_price_mae")).toBe(false);
    expect(stopping.best).toBe(Math.max(...history.val_kind_accuracy));
    const sweep = await model.findLearningRate([a, b], y, { steps: 10 });
    expect(sweep.losses.length).toBeGreaterThan(1);
  });

  test("doubtful pairings are told with the name of the output", () => {
    const told: string[] = [];
    compiled({ loss: { price: "mse", kind: "mse" }, warn: (message: string) => told.push(message) });
    expect(told.join()).toMatch(/^Output "kind": PL2013/);
  });
});

describe("a model written as a class", () => {
  class Net extends Model {
    readonly hidden = new Dense(4, { activation: "tanh" });
    readonly drop = new Dropout(0.2);
    readonly head = new Dense(1);
    override call(x: Tensor, options?: CallOptions): Tensor {
      return this.head.call(this.drop.call(this.hidden.call(x), options));
    }
  }

  test("is built by its first data, and trained, evaluated and asked like any other", async () => {
    const model = new Net();
    expect(model.built).toBe(false);
    expect(() => model.getWeights()).toThrow(/PL4002/);
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: "mse", metrics: ["mae"] });
    const { history } = await model.fit(a, amounts, { epochs: 20, seed: 1 });
    expect(history.loss[19]).toBeLessThan(history.loss[0]);
    expect(model.weights.map(({ name }) => name)).toEqual(
      ["hidden/kernel", "hidden/bias", "head/kernel", "head/bias"].map((name) =>
        name.replace("hidden", "dense").replace("head", "dense_1"),
      ),
    );
    const predicted = await model.predict(a);
    const { loss, mae } = await model.evaluate(a, amounts);
    expect(loss).toBeCloseTo(predicted.sub(amounts).square().mean().itemSync(), 5);
    expect(mae).toBeCloseTo(predicted.sub(amounts).abs().mean().itemSync(), 5);
    expect(model.summary({ print: () => {} })).toContain("dense_1 (Dense)");
  });

  test("can be built by a shape, and by a seed", async () => {
    const built = new Net();
    built.build([null, 3]);
    expect(built.weights.map(({ shape }) => shape)).toEqual([[3, 4], [4], [4, 1], [1]]);
    const trained = async (): Promise<number[][]> => {
      const model = new Net();
      model.compile({ optimizer: "sgd", loss: "mse" });
      await model.fit(a, amounts, { seed: 5 });
      return weightsOf(model);
    };
    expect(await trained()).toEqual(await trained());
  });

  test("is paired by the head it turns out to have", async () => {
    class Classifier extends Model {
      readonly head = new Dense(3);
      override call(x: Tensor): Tensor {
        return this.head.call(x);
      }
    }
    const model = new Classifier();
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
    const { loss } = await model.evaluate(a, classes);
    const same = new Sequential([Input({ shape: [3] }), new Dense(3)]);
    same.setWeights(model.getWeights());
    same.compile({ loss: "sparseCategoricalCrossentropy" });
    expect(loss).toBeCloseTo((await same.evaluate(a, classes)).loss, 5);
  });

  test("takes several inputs as they come, and gives several outputs by name", async () => {
    class Both extends Model<{ sum: Tensor; first: Tensor }> {
      readonly left = new Dense(2);
      readonly right = new Dense(2);
      override call(x: { a: Tensor; b: Tensor }): { sum: Tensor; first: Tensor } {
        const first = this.left.call(x.a);
        return { sum: first.add(this.right.call(x.b)), first };
      }
    }
    const model = new Both();
    model.compile({ optimizer: "sgd", loss: "mse" });
    const labels = { sum: scattered([12, 2]), first: scattered([12, 2], 4) };
    const { history } = await model.fit({ a, b }, labels, { batchSize: 5 });
    expect(Object.keys(history)).toEqual(["loss", "sum_loss", "first_loss"]);
    expect(history.loss[0]).toBeCloseTo(history.sum_loss[0] + history.first_loss[0], 5);
    const { sum, first } = await model.predict({ a, b });
    expectClose(numbers(sum), numbers(first.add(model.right.call(b))));
    class Pair extends Both {
      override call([one, two]: any): any {
        return super.call({ a: one, b: two });
      }
    }
    const pair = new Pair();
    pair.compile({
      optimizer: "sgd",
      loss: { sum: "mse", first: "mae" } as never,
      metrics: { sum: "mae" } as never,
    });
    const fit = await pair.fit([a, b], labels, {});
    expect(Object.keys(fit.history)).toEqual(["loss", "sum_loss", "first_loss", "sum_mae"]);
  });

  test("may have a build, weights and a step of its own", async () => {
    class Scaled extends Model {
      #factor!: ReturnType<Layer["addWeight" & never]>;
      readonly inner = new Dense(1);
      override build([, width]: readonly number[]): void {
        this.#factor = this.addWeight({ name: "factor", shape: [width], initializer: "ones" }) as never;
      }
      override call(x: Tensor): Tensor {
        return this.inner.call(x.mul(this.#factor as never));
      }
      override trainStep(batch: Batch): StepOutput {
        const predictions = this.call(batch.x);
        const loss = batch.loss(predictions);
        const variables = this.trainableVariables;
        this.compiled.optimizer.apply(gradients(loss, variables), variables);
        return { loss, predictions, logs: { rows: ones([]).mul(batch.x.shape[0]) } };
      }
    }
    const model = new Scaled();
    model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: "mse", metrics: ["mae"] });
    const { history } = await model.fit(a, amounts, { epochs: 2 });
    expect(history.rows).toEqual([12, 12]);
    expect(model.weights.map(({ name }) => name)).toEqual(["factor", "dense/kernel", "dense/bias"]);
    expect([...model.getWeights()[0]]).not.toEqual([1, 1, 1]);
  });

  test("may not hide in its fields what models are asked for", () => {
    class Hidden extends Layer {
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    const layer = Object.assign(new Hidden(), {});
    Object.defineProperty(layer, "layers", { value: [new Dense(1)], enumerable: true });
    expect(() => layer.call(a)).toThrow(/PL4004.*"layers".*ownLayers/);
  });

  test("stands in drawn models", () => {
    const x = input({ shape: [3] });
    const net = new Net({ name: "net" });
    const model = new Model({ inputs: x, outputs: new Dense(2).call(net.call(x)) });
    expect(model.layers.map(({ name }) => name)).toEqual(["input_layer", "net", "dense"]);
    expect((model.call(a) as Tensor).shape).toEqual([12, 2]);
  });
});

describe("masks", () => {
  /** Rows of 4 steps of which the last are padding, 0. */
  const tokens = tensor(Int32Array.of(1, 2, 0, 0, 3, 1, 2, 0, 2, 0, 0, 0, 1, 1, 3, 2), [4, 4]);
  const tags = Int32Array.of(0, 1, 0, 0, 2, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 1);
  function tagger(steps: number | null): AnyModel {
    seed(11);
    const x = input({ shape: [steps], dtype: "int32" });
    const embedded = new Embedding(4, 3, { maskZero: true }).call(x);
    const model = new Model({ inputs: x, outputs: new Dense(3).call(embedded) });
    model.compile({
      optimizer: new SGD({ learningRate: 0.5 }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    return model;
  }
  /** The same rows with more padding behind. */
  const widened = (values: Int32Array, filler: number): Tensor =>
    tensor(
      Int32Array.from({ length: 4 * 7 }, (_, i) =>
        i % 7 < 4 ? values[4 * Math.floor(i / 7) + (i % 7)] : filler,
      ),
      [4, 7],
    );

  test("reach the outputs, the loss and the metrics: padding changes nothing, whatever its labels", async () => {
    const [short, long] = [tagger(4), tagger(null)];
    expect(numbers(maskOf(short.call(tokens) as Tensor))).toEqual(
      [...tokens.dataSync()].map((token) => Number(token !== 0)),
    );
    const wide = widened(tokens.dataSync() as Int32Array, 0);
    const labels = tensor(tags, [4, 4]);
    // −1 is no class: where it counts, it is refused.
    const wideLabels = widened(tags, -1);
    for (let i = 0; i < 2; i++) {
      const [one, other] = [await short.evaluate(tokens, labels), await long.evaluate(wide, wideLabels)];
      expect(other.loss).toBeCloseTo(one.loss, 5);
      expect(other.accuracy).toBe(one.accuracy);
      await short.fit(tokens, labels, { shuffle: false });
      await long.fit(wide, wideLabels, { shuffle: false });
      expectClose(weightsOf(long).flat(), weightsOf(short).flat());
    }
    const wrong = tensor(
      Int32Array.from(tags, (tag, i) => (i === 4 ? -1 : tag)),
      [4, 4],
    );
    await expect(short.evaluate(tokens, wrong)).rejects.toThrow(/PL2003/);
  });

  test("accuracy is that of the steps that are there", async () => {
    const model = tagger(4);
    const { accuracy } = await model.evaluate(tokens, tensor(tags, [4, 4]));
    const decided = numbers((await model.predict(tokens)).argmax(-1));
    const present = [...tokens.dataSync()].flatMap((token, i) => (token === 0 ? [] : [i]));
    expect(accuracy).toBeCloseTo(present.filter((i) => decided[i] === tags[i]).length / present.length, 6);
  });

  test("weights of steps multiply with them", async () => {
    const model = tagger(4);
    const labels = tensor(tags, [4, 4]);
    const all = await model.evaluate(tokens, labels, { sampleWeight: ones([4, 4]) });
    expect(all.loss).toBeCloseTo((await model.evaluate(tokens, labels)).loss, 6);
    const [first, rest] = [0, 1].map((of) =>
      tensor(
        Float32Array.from({ length: 16 }, (_, i) => Number(i % 4 === 0) ^ of),
        [4, 4],
      ),
    );
    const parts = await Promise.all(
      [first, rest].map((sampleWeight) => model.evaluate(tokens, labels, { sampleWeight })),
    );
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(all.loss, 5);
  });

  test("pass through models inside", () => {
    const inner = new Sequential([new Dense(2), new Dense(3)]);
    const x = input({ shape: [4], dtype: "int32" });
    const model = new Model({
      inputs: x,
      outputs: inner.call(new Embedding(4, 3, { maskZero: true }).call(x)),
    });
    expect(maskOf(model.call(tokens) as Tensor)).toBeDefined();
    expect(model.outputs[0].masked).toBe(true);
  });
});

describe("computations between layers", () => {
  test("are layers of functions", () => {
    const x = input({ shape: [3] });
    const y = new Lambda((value) => value.mul(2).sum(-1, { keepDims: true })).call(x) as Tensor;
    const sum = new Lambda(([one, two]: readonly Tensor[]) => one.add(two)).call([x, y]) as Tensor;
    const model = new Model({ inputs: x, outputs: sum });
    expect(numbers(model.call(a))).toEqual(numbers(a.add(a.mul(2).sum(-1, { keepDims: true }))));
  });

  test("are refused on symbolic tensors, with what to write", () => {
    const x = input({ shape: [3] });
    expect(() => x.mul(2)).toThrow(/PL4015.*Lambda/);
    expect(() => x.dataSync()).toThrow(/PL4015/);
  });
});
