import { describe, expect, test } from "vitest";
import * as plumb from "../../src/index.ts";
import {
  Add,
  Concatenate,
  Dense,
  Dropout,
  Flatten,
  Input,
  input,
  Layer,
  layerClasses,
  makeLayer,
} from "../../src/layers/index.ts";
import { LBFGS, optimizerClasses } from "../../src/optimizers/index.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";
import { callbackClasses, EarlyStopping, LambdaCallback } from "../../src/train/callbacks/index.ts";
import { Model } from "../../src/train/model.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** What is written by mistake is an error with a code and the word that was meant; nothing is passed over in silence. */

const rows = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
const amounts = rows.map(([a, b]) => [a - b]);
const classes = Int32Array.from(rows, (_, i) => i % 3);

// Mistakes are what the types forbid.
type Loose = any;
function model(units = 1, loss: Loose = "mse", options: object = {}): Loose {
  const made = new Sequential([Input({ shape: [2] }), new Dense(units)]);
  made.compile({ optimizer: "sgd", loss, warn: () => {}, ...options });
  return made;
}
const classifier = (): Loose => model(3, "sparseCategoricalCrossentropy");
const L = { Dense, Dropout, Flatten, Input, Sequential } as Loose;

describe("functions of tensors", () => {
  const x: Loose = tensor([
    [1, 2],
    [3, 4],
  ]);
  const P = plumb as Loose;
  const takers: readonly [string, (options: Loose) => unknown, string, Loose][] = [
    ...(["sum", "prod", "max", "min", "mean", "any", "all", "argmax", "argmin"] as const).map(
      (name): [string, (options: Loose) => unknown, string, Loose] => [
        name,
        (options) => x[name](0, options),
        "keepDims",
        true,
      ],
    ),
    ["cumsum", (options) => x.cumsum(0, options), "reverse", true],
    ["sort", (options) => x.sort(0, options), "descending", true],
    ["argsort", (options) => x.argsort(0, options), "descending", true],
    ["random.uniform", (options) => P.random.uniform([2], options), "low", 0],
    ["random.normal", (options) => P.random.normal([2], options), "stddev", 1],
    ["random.truncatedNormal", (options) => P.random.truncatedNormal([2], options), "stddev", 1],
    ["random.bernoulli", (options) => P.random.bernoulli([2], 0.5, options), "seed", 1],
    ["random.permutation", (options) => P.random.permutation(2, options), "seed", 1],
    ["Variable", (options) => new P.Variable([1], options), "trainable", true],
    [
      "loop",
      (options) =>
        P.loop(([s]: Tensor[]) => ({ state: [s] }), { initial: [1], count: 1, ...(options as object) }),
      "reverse",
      true,
    ],
    ["scaledDotProductAttention", (options) => P.scaledDotProductAttention(x, x, x, options), "causal", true],
    ["logSumExp", (options) => P.logSumExp(x, 0, options), "keepDims", true],
    ["variance", (options) => P.variance(x, 0, options), "keepDims", true],
    ["norm", (options) => P.norm(x, 0, options), "keepDims", true],
  ];
  test.each(takers)("%s: an option of another spelling, or of another kind", (_, call, name, value) => {
    const misspelt = `${name.slice(0, -1).toLowerCase()}z`;
    expect(() => call({ [name]: value })).not.toThrow();
    expect(() => call({ [name]: undefined })).not.toThrow();
    expect(() => call({ [misspelt]: value })).toThrow(
      new RegExp(`PL4004.*${misspelt}.*Did you mean "${name}"`),
    );
    expect(() => call({ [name]: [] })).toThrow(new RegExp(`PL4004.*${name}|PL4004.*seed`));
  });
  test("an option without its name", () => {
    expect(() => x.sum(1, true)).toThrow(/PL4004.*sum.*\{ keepDims: true \}/);
    expect(() => x.sum(1, null)).toThrow(/PL4004.*null/);
    expect(() => P.random.uniform([2], 0, 1)).toThrow(/PL4004.*random\.uniform/);
  });
  test("options in the place of an axis", () => {
    expect(() => x.mean({ keepDims: true })).toThrow(/PL1002.*mean.*options.*after it/);
    expect(() => P.softmax(x, { axis: 0 })).toThrow(/PL1002.*"axis":0.*as a number/);
    expect(() => P.concat([x, x], { axis: 1 })).toThrow(/PL1002.*concat.*as a number/);
    expect(() => x.squeeze(null)).toThrow(/PL1002.*null/);
  });
  test("extents and axes that are not in one list", () => {
    expect(() => x.reshape(-1, 1)).toThrow(/PL1003.*x\.reshape\(\[-1, 1\]\)/);
    expect(() => x.transpose(1, 0)).toThrow(/PL1002.*x\.transpose\(\[1, 0\]\)/);
    expect(() => x.slice({ start: 1 })).toThrow(/PL1006.*"start":1.*x\.slice\(start, size, step\)/);
  });
});

describe("options of what is made", () => {
  test.each(Object.keys(layerClasses))("%s: a name that is none of its options", (name) => {
    const Class = layerClasses[name as "Dense"];
    const own = Class.samples[0].options ?? {};
    expect(() => makeLayer(Class, own)).not.toThrow();
    expect(() => makeLayer(Class, { ...own, trainabel: false })).toThrow(/PL4004.*Did you mean "trainable"/);
    expect(() => makeLayer(Class, { ...own, trainable: "no" })).toThrow(/PL4004.*trainable/);
  });

  test.each(Object.entries(optimizerClasses) as [string, Loose][])(
    "%s: lr, and a rate in the place of the options",
    (_, Class) => {
      expect(() => new Class({ lr: 0.1 })).toThrow(/PL4004.*"lr".*Did you mean "learningRate"/);
      expect(() => new Class(0.1)).toThrow(/PL4004.*\{ learningRate: 0\.1 \}/);
      expect(() => new Class(null)).toThrow(/PL4004/);
    },
  );
  test("L-BFGS, too", () => expect(() => new LBFGS(5 as Loose)).toThrow(/PL4004/));

  test.each(Object.entries(callbackClasses) as [string, Loose][])(
    "%s: a name that is none of its options",
    (_, Class) => {
      // What is taken by place comes first: a function for some, a place for others.
      const place = Object.assign(() => 0, { save() {}, load() {} });
      const make = (options: object): unknown =>
        Class.length > 0 ? new Class(place, options) : new Class(options);
      if (Class.name === "LambdaCallback" || Class.name === "LearningRateScheduler") return;
      if (Class.name === "TerminateOnNaN") return;
      expect(() => make({})).not.toThrow();
      expect(() => make({ patiense: 3 })).toThrow(/PL4004.*"patiense"/);
    },
  );

  test("a Dense of an activation by place, of a misspelt one, of all in one object", () => {
    expect(() => new L.Dense(64, "relu")).toThrow(/PL4004.*\{ activation: "relu" \}/);
    expect(() => new L.Dense(64, { activaton: "relu" })).toThrow(/PL4004.*Did you mean "activation"/);
    expect(() => new L.Dense({ units: 3 })).toThrow(/PL4004.*"units":3.*new Dense\(64\)/);
    expect(() => new L.Dense("3")).toThrow(/PL4004.*"3".*whole number/);
    expect(() => new L.Dense(3, { useBias: "no" })).toThrow(/PL4004.*useBias/);
    expect(new Dense(3, { activation: null as Loose, kernelInitializer: undefined }).activation.name).toBe(
      "linear",
    );
  });

  test("a layer of one's own has its parent's options and those it declares", () => {
    class Scaled extends Dense {
      static override readonly parameters = {
        scale: {
          default: 2,
          doc: "The factor",
          accepts: (x: unknown) => typeof x === "number",
          words: "a number",
        },
      };
      readonly scale: number;
      constructor(units: number, options: Loose = {}) {
        super(units, options);
        this.scale = this.valuesOf(Scaled.parameters).scale;
      }
    }
    expect(new Scaled(1, { scale: 3, activation: "relu" }).scale).toBe(3);
    expect(new Scaled(1).scale).toBe(2);
    expect(() => new Scaled(1, { scael: 3 })).toThrow(/PL4004.*Did you mean "scale"/);
    class Plain extends Layer {
      override call(x: Tensor): Tensor {
        return x;
      }
    }
    expect(() => new Plain({ facter: 1 } as Loose)).toThrow(/PL4004/);
  });

  test("the shape of an input", () => {
    expect(() => L.Input([3])).toThrow(/PL4004.*\{ shape: \[3\] \}/);
    expect(() => L.Input({ shape: 3 })).toThrow(/PL4004.*shape: 3.*a list/);
    expect(() => L.Input({ shape: ["any", 3] })).toThrow(/PL4004.*shape: \["any",3\].*without the batch/);
    expect(() => L.Input({ shape: [3], batchSize: 0 })).toThrow(/PL4004.*batchSize/);
    expect(() => L.Input({ shape: [3], dtype: "float" })).toThrow(/PL4004.*dtype: "float"/);
    expect(() => L.Input({})).toThrow(/PL4004.*without shape/);
    expect(() => new L.Dense(1, { inputShape: [0] })).toThrow(/PL4004.*inputShape/);
  });

  test("what a Sequential is made of", () => {
    expect(() => new L.Sequential(new Dense(1))).toThrow(/PL4004.*class Dense.*\[new Dense\(10\)\]/);
    expect(() => new L.Sequential([], { nam: "a" })).toThrow(/PL4004.*Did you mean "name"/);
    expect(() => new L.Sequential([null])).toThrow(/PL4004.*null/);
  });
});

describe("compile", () => {
  test("without anything, with a misspelt name, with what is no list", () => {
    const plain: Loose = new Sequential([Input({ shape: [2] }), new Dense(1)]);
    expect(() => plain.compile()).toThrow(/PL4004.*compile/);
    expect(() => plain.compile({})).toThrow(/PL2007/);
    expect(() => plain.compile({ loss: "mse", metric: ["mae"] })).toThrow(/PL4004.*Did you mean "metrics"/);
    expect(() => plain.compile("mse")).toThrow(/PL4004/);
  });

  test("a single metric is a list of one", async () => {
    const { history } = await model(1, "mse", { metrics: "mae" }).fit(rows, amounts);
    expect(Object.keys(history)).toEqual(["loss", "mae"]);
  });
});

describe("fit", () => {
  const refused: [string, object, RegExp][] = [
    ["a misspelt option", { classWeights: {} }, /Did you mean "classWeight"/],
    ["options that are none", 5 as Loose, /PL4004/],
    ["a signal that is none", { signal: {} }, /signal.*controller\.signal/],
    ["a controller in place of its signal", { signal: new AbortController() }, /controller\.signal/],
    ["a rule of splitting that is none", { validationSplit: { fraction: 0.2, rule: "foo" } }, /"stratified"/],
    ["a split without a fraction", { validationSplit: { rule: "last" } }, /validationSplit.*fraction/],
    ["a split in words", { validationSplit: "last" }, /validationSplit: "last".*share/],
    ["a split as text", { validationSplit: "0.2" }, /validationSplit: "0\.2".*share/],
    ["a split of everything", { validationSplit: 1 }, /validationSplit: 1.*below 1/],
    ["validation rows by name", { validationData: { x: rows, y: amounts } }, /validationData.*\[x, y\]/],
    ["a callback without its list", { callbacks: new EarlyStopping() }, /EarlyStopping.*a list/],
    ["nothing as a callback", { callbacks: [null] }, /callbacks has null at 0/],
    ["a class as a callback", { callbacks: [EarlyStopping] }, /new EarlyStopping\(\)/],
    ["a function as a callback", { callbacks: [() => {}] }, /at 0.*onEpochEnd/],
    ["an event that there is not", { callbacks: [{ onEpochEnds() {} }] }, /Did you mean "onEpochEnd"/],
    ["an event in Keras's spelling", { callbacks: [{ on_epoch_end() {} }] }, /Did you mean "onEpochEnd"/],
    ["a method that is no function", { callbacks: [{ onEpochEnd: 5 }] }, /onEpochEnd of callback 0 is 5/],
    ["an object without methods", { callbacks: [{}] }, /no method/],
  ];
  test.each(refused)("%s", async (_, options, words) => {
    const fitting = model().fit(rows, amounts, options);
    await expect(fitting).rejects.toThrow(/^PL4004/);
    await expect(fitting).rejects.toThrow(words);
  });
  test("an event that there is not, of a class or of functions", async () => {
    class Late extends EarlyStopping {
      onEpochEnded(): void {}
    }
    await expect(model().fit(rows, amounts, { callbacks: [new Late()] })).rejects.toThrow(/"onEpochEnd"/);
    expect(() => new LambdaCallback({ onEpochEnds() {} } as Loose)).toThrow(/PL4004.*"onEpochEnd"/);
  });
  test("a callback may keep what it likes beside its methods", async () => {
    const callback = {
      seen: [] as number[],
      once: () => 0,
      onEpochEnd: (epoch: number) => void callback.seen.push(epoch),
    };
    await model().fit(rows, amounts, { callbacks: [callback], epochs: 2 });
    expect(callback.seen).toEqual([0, 1]);
  });
  test("a split of 0 is none, as in Keras", async () => {
    for (const validationSplit of [0, null, { fraction: 0, rule: "last" }]) {
      const { history } = await model().fit(rows, amounts, { validationSplit });
      expect(Object.keys(history)).toEqual(["loss"]);
    }
  });
  test("without labels, without anything", async () => {
    await expect(model().fit(rows)).rejects.toThrow(/PL1009.*the labels were not given/);
    await expect(model().evaluate(rows)).rejects.toThrow(/PL1009.*the labels were not given/);
    await expect(model().fit(null, amounts)).rejects.toThrow(/PL1009.*x was not given/);
    await expect(model().trainOnBatch(rows)).rejects.toThrow(/PL1009/);
    await expect(model().predict()).rejects.toThrow(/PL1009.*x was not given/);
  });
});

describe("how much rows count", () => {
  const weighted = (classWeight: Loose, of = classifier(), y: Loose = classes): Promise<unknown> =>
    of.fit(rows, y, { classWeight });

  test("a Map, a class that there is not, a regression", async () => {
    await expect(weighted(new Map([[0, 2]]))).rejects.toThrow(/PL4004.*classWeight.*Object\.fromEntries/);
    await expect(weighted({ fraud: 5 })).rejects.toThrow(/PL4004.*"fraud".*0, 1, 2/);
    await expect(weighted({ 7: 5 })).rejects.toThrow(/PL4004.*"7".*0, 1, 2/);
    await expect(weighted({ 1: -5 })).rejects.toThrow(/PL4004.*1: -5/);
    await expect(weighted({ 0: 2 }, model(), amounts)).rejects.toThrow(
      /PL4004.*MeanSquaredError.*sampleWeight/,
    );
    await expect(classifier().trainOnBatch(rows, classes, { classWeight: { 7: 5 } })).rejects.toThrow(/"7"/);
    const oneHot = tensor(classes).oneHot(3);
    const soft = (): Loose => model(3, "categoricalCrossentropy");
    await expect(weighted({ 2: 5 }, soft(), oneHot)).resolves.toBeDefined();
    await expect(weighted({ 3: 5 }, soft(), oneHot)).rejects.toThrow(/PL4004.*"3"/);
    const own = (): Loose => model(1, (y: Tensor, p: Tensor) => y.sub(p).square());
    await expect(weighted({ 7: 5 }, own(), amounts)).resolves.toBeDefined();
  });

  test.each([NaN, -1, Infinity])("a sample weight of %s is told with its row", async (bad) => {
    const sampleWeight = new Float32Array(50).fill(1);
    sampleWeight[7] = bad;
    const words = new RegExp(`PL2016.*row 7 is ${bad}`);
    await expect(model().fit(rows, amounts, { sampleWeight })).rejects.toThrow(words);
    await expect(model().evaluate(rows, amounts, { sampleWeight })).rejects.toThrow(words);
    await expect(model().trainOnBatch(rows, amounts, { sampleWeight })).rejects.toThrow(words);
    await expect(
      model().fit(rows, amounts, { validationData: [rows, amounts, sampleWeight] }),
    ).rejects.toThrow(words);
  });

  test("one weight for all rows is told in a sentence", async () => {
    const fitting = model().fit(rows, amounts, { sampleWeight: [1] });
    await expect(fitting).rejects.toThrow(/PL4005.*the sample weights have 1 row/);
  });
});

describe("models of several inputs and outputs", () => {
  const other = rows.map(([one]) => [one]);
  function two(options: object = {}): Loose {
    const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [1], name: "b" })];
    const joined = new Concatenate().call([a, b]);
    const outputs = { price: new Dense(1).call(joined), kind: new Dense(3).call(joined) };
    const made = new Model({ inputs: [a, b], outputs });
    const loss = { price: "mse", kind: "sparseCategoricalCrossentropy" };
    made.compile({ optimizer: "sgd", loss, warn: () => {}, ...options } as Loose);
    return made;
  }
  const labels = { price: amounts, kind: classes };

  test("what a model is drawn from", () => {
    const x = input({ shape: [2] });
    const stranger = input({ shape: [2], name: "stranger" });
    const y = new Add().call([new Dense(1).call(x), new Dense(1).call(stranger)]);
    const M = Model as Loose;
    expect(() => new M({ inputs: x, outputs: y })).toThrow(/PL4016.*"stranger".*not among the inputs/);
    const sum = new Add().call([new Dense(1).call(x), new Dense(1).call(input({ shape: [3] }))]);
    expect(() => new M({ inputs: x, outputs: sum })).toThrow(
      /PL4016.*"input_layer_1" of shape \[batch, 3\].*\[input_layer, input_layer_1\]/,
    );
    expect(() => new M({ inputs: tensor([[1, 2]]), outputs: y })).toThrow(/PL4004.*inputs.*input\(\{ shape/);
    expect(() => new M({ inputs: x, outputs: tensor([[1]]) })).toThrow(/PL4016.*outputs.*not computed/);
    expect(() => new M({ inputs: x, outputs: [[y], y] })).toThrow(/PL4004.*outputs.*each by itself/);
    expect(() => new M({ inputs: x, outputs: new Dense(1) })).toThrow(/PL4004.*class Dense/);
    expect(() => new M({ inputs: x })).toThrow(/PL4004.*no outputs/);
    expect(() => new M({ outputs: y })).toThrow(/PL4004.*no inputs/);
    expect(() => new M({ inputs: [], outputs: y })).toThrow(/PL4004.*no inputs/);
    expect(() => new M({ input: x, outputs: y })).toThrow(/PL4004.*Did you mean "inputs"/);
    expect(() => new M().call(tensor([[1]]))).toThrow(/PL4002.*class with call/);
    const twins = [new Dense(1, { name: "twin" }), new Dense(1, { name: "twin" })];
    expect(() => new M({ inputs: x, outputs: twins[1].call(twins[0].call(x)) })).toThrow(/PL4004.*"twin"/);
  });

  test("a layer called on what is no tensor, or in the place of a tensor before it was called", () => {
    expect(() => new L.Dense(1).call([1, 2])).toThrow(/PL1009.*"dense".*tensor/);
    expect(() => new L.Dense(1).call(new Dense(2))).toThrow(/PL4015.*not called on symbolic/);
    expect(() => two().getLayer("dens")).toThrow(/PL4004.*Did you mean "dense"/);
    expect(() => two().getLayer(9)).toThrow(/PL4004/);
  });

  const misfits: [string, Loose, Loose, RegExp][] = [
    ["one input of two", rows, labels, /PL4017.*2 inputs: "a", "b".*list of 50/],
    ["one tensor for two inputs", tensor(rows), labels, /PL4017.*one tensor/],
    ["three inputs", [rows, other, other], labels, /PL4017.*list of 3/],
    ["an input by another name", { a: rows, c: other }, labels, /PL4017.*"c"/],
    ["an input that is missing", { a: rows }, labels, /PL4017.*"b" is missing/],
    ["an input that is null", [rows, null], labels, /PL4017.*entry 1.*"b"/],
    [
      "inputs of other rows",
      [rows, other.slice(1)],
      labels,
      /PL4005 rows do not match: the input "a" has 50 rows.*"b" have 49 rows.*every row of the input "a"/,
    ],
    ["labels of one output", [rows, other], amounts, /PL4017.*the labels/],
    [
      "labels by another name",
      [rows, other],
      { prize: amounts, kind: classes },
      /PL4017.*Did you mean "price"/,
    ],
    ["labels that are missing", [rows, other], { price: amounts }, /PL4017.*"kind" is missing/],
    ["no labels", [rows, other], undefined, /PL4017.*undefined/],
    [
      "wrong labels of one",
      [rows, other],
      { price: amounts, kind: classes.map((k) => k + 1) },
      /output "kind".*PL2003|PL2003.*output "kind"/,
    ],
  ];
  test.each(misfits)("%s", async (_, x, y, words) => {
    await expect(two().fit(x, y)).rejects.toThrow(words);
    await expect(two().evaluate(x, y)).rejects.toThrow(words);
    await expect(two().trainOnBatch(x, y)).rejects.toThrow(words);
  });

  test("a list where names were written in another order than the alphabet's: it is refused, with the object to give", async () => {
    const named = "price: …, kind: …";
    await expect(two().fit([rows, other], [amounts, classes])).rejects.toThrow(
      new RegExp(
        `PL4017.*For the labels came a list.*"price", "kind".*Keras.*"kind", "price".*\\{ ${named} \\}`,
      ),
    );
    await expect(
      two().fit([rows, other], labels, { sampleWeight: [null, amounts.map(() => 1)] }),
    ).rejects.toThrow(/PL4017.*For the sample weights came a list/);
    for (const options of [
      { loss: ["mse", "mse"] },
      { lossWeights: [1, 2] },
      { metrics: ["mae", "mae"] },
      { weightedMetrics: ["mae", "mae"] },
    ])
      expect(() => two(options)).toThrow(new RegExp(`PL4004.*list as ${Object.keys(options)[0]}.*${named}`));
    const [query, document] = [input({ shape: [2] }), input({ shape: [1] })];
    const joined = new Dense(1).call(new Concatenate().call([query, document]));
    const search: Loose = new Model({ inputs: { query, document }, outputs: joined });
    search.compile({ optimizer: "sgd", loss: "mse" });
    await expect(search.predict([rows, other])).rejects.toThrow(
      /PL4017.*For x came a list.*query: …, document: …/,
    );
    expect(() => search.call([tensor(rows), tensor(other)])).toThrow(/PL4017/);
    await expect(search.fit([rows, other, other], amounts)).rejects.toThrow(
      /PL4017.*list of 3.*Give an object/,
    );
    // Written in the order of the alphabet there is one order only.
    const plain: Loose = new Model({ inputs: { a: query, b: document }, outputs: joined });
    const byName = await plain.predict({ b: other, a: rows });
    expect([...(await plain.predict([rows, other])).dataSync()]).toEqual([...byName.dataSync()]);
  });

  test("weights for an output that there is not, weights of classes", async () => {
    const of = (options: object): Promise<unknown> => two().fit([rows, other], labels, options);
    await expect(of({ sampleWeight: { prize: [1] } })).rejects.toThrow(/PL4017.*"prize"/);
    await expect(of({ sampleWeight: { price: [1] } })).rejects.toThrow(/PL4005.*"price"/);
    await expect(of({ classWeight: { 0: 2 } })).rejects.toThrow(/PL4004.*2 outputs.*sampleWeight/);
    await expect(two().predict(rows)).rejects.toThrow(/PL4017/);
    expect(() => two().call([tensor(rows)])).toThrow(/PL4017/);
  });

  const settings: [string, object, RegExp][] = [
    [
      "a loss for an output that there is not",
      { loss: { prize: "mse", kind: "mse" } },
      /PL4004.*"prize".*Did you mean "price"/,
    ],
    ["an output without a loss", { loss: { price: "mse" } }, /PL4004.*"kind" has none.*null/],
    ["no output with a loss", { loss: { price: null, kind: null } }, /PL4004.*no loss for any/],
    ["losses in a list that is too short", { loss: ["mse"] }, /PL4004.*list of 1.*2 outputs/],
    ["a loss that there is not", { loss: { price: "mze", kind: "mse" } }, /PL2007.*output "price"/],
    ["a weight for an output that there is not", { lossWeights: { prize: 1 } }, /PL4004.*"prize"/],
    ["a weight that is none", { lossWeights: { price: "much" } }, /PL4004.*"much".*"price"/],
    ["metrics for an output that there is not", { metrics: { prize: "mae" } }, /PL4004.*"prize"/],
    [
      "metrics in a list without an entry for each",
      { metrics: ["mae"] },
      /PL4004.*list of 1.*metrics: \{ kind/,
    ],
    ["a metric that there is not", { metrics: { price: "mea" } }, /PL2010.*output "price"/],
  ];
  test.each(settings)("%s", (_, options, words) => {
    expect(() => two(options)).toThrow(words);
  });

  test("an output of a written model is told when it is known", async () => {
    class Net extends Model<Loose> {
      readonly one = new Dense(1);
      override call(x: Tensor): Loose {
        return [this.one.call(x), x];
      }
    }
    const net = new Net() as Loose;
    net.compile({ optimizer: "sgd", loss: { output_3: "mse" } });
    await expect(net.fit(rows, amounts)).rejects.toThrow(/PL4004.*"output_3".*"output_1", "output_2"/);
    const fresh = new Net() as Loose;
    expect(() => fresh.compile({ optimizer: "sgd", loss: { output_1: "mze" } })).toThrow(/PL2007/);
    fresh.compile({ optimizer: "sgd", loss: "mse" });
    await expect(fresh.fit(rows, amounts)).rejects.toThrow(/PL4017.*2 outputs/);
  });
});

test("labels that do not fit are told with the shape of all of them, not of a batch", async () => {
  const flat = amounts.map(([value]) => value);
  await expect(model(3).fit(rows, flat)).rejects.toThrow(/PL2002.*\[50\].*\[50, 3\]/);
  await expect(model(3).evaluate(rows, flat)).rejects.toThrow(/PL2002.*\[50\].*\[50, 3\]/);
  const withMetric = model(3, "sparseCategoricalCrossentropy", { metrics: ["mae"] });
  await expect(withMetric.fit(rows, classes)).rejects.toThrow(/PL2002.*\[50\].*\[50, 3\]/);
});
