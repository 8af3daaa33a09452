import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { showValue } from "../../src/base/parameters.ts";
import {
  Add,
  BatchNormalization,
  Bidirectional,
  Dense,
  Dropout,
  Flatten,
  input,
  Input,
  isShapeList,
  Lambda,
  Layer,
  layerClasses,
  LSTM,
  makeLayer,
  maskOf,
  SimpleRNN,
  Softmax,
  SpectralNormalization,
  TimeDistributed,
  type CallOptions,
  type Inputs,
  type LayerClass,
} from "../../src/layers/index.ts";
import { concat, ones, seed, tensor, type Tensor } from "../../src/tensor/index.ts";
import { Model } from "../../src/train/model.ts";
import { Sequential } from "../../src/train/sequential.ts";

/** What goes with a call of a layer, and what calls inside it take over. */

const zerosIn = (x: Tensor): number => [...x.dataSync()].filter((value) => value === 0).length;

/** A model that is written, and calls what it has without a word of training. */
class Written extends Model {
  readonly inside: Layer;
  constructor(inside: Layer) {
    super();
    this.inside = inside;
  }
  override call(x: Tensor, _options?: CallOptions): Tensor {
    return this.inside.call(x) as Tensor;
  }
}

describe("training reaches what is called inside", () => {
  const wrapped: readonly (readonly [string, (inside: Layer) => Layer, readonly number[]])[] = [
    ["a written model", (inside) => new Written(inside), [8, 50]],
    ["one written around another", (inside) => new Written(new Written(inside)), [8, 50]],
    ["a Sequential in a written model", (inside) => new Written(new Sequential([inside])), [8, 50]],
    ["TimeDistributed", (inside) => new Written(new TimeDistributed(inside)), [2, 4, 50]],
    ["Lambda", (inside) => new Lambda((x: Tensor) => inside.call(x) as Tensor), [8, 50]],
  ];
  test.each(wrapped)("dropout in %s", (_, around, shape) => {
    seed(1);
    const layer = around(new Dropout(0.5));
    const x = ones(shape);
    expect(zerosIn(layer.call(x) as Tensor)).toBe(0);
    expect(zerosIn(layer.call(x, { training: true }) as Tensor)).toBeGreaterThan(100);
    expect(zerosIn(layer.call(x, { training: false }) as Tensor)).toBe(0);
    expect(zerosIn(layer.call(x) as Tensor)).toBe(0);
  });

  test("what a recurrent layer in both directions leaves out", () => {
    seed(1);
    const layer = new Written(
      new Bidirectional(new SimpleRNN(1, { dropout: 0.5, kernelInitializer: "ones" })),
    );
    const values = (training: boolean): number[] => [...layer.call(ones([1, 2, 6]), { training }).dataSync()];
    expect(values(false)).toEqual(values(false));
    expect(values(true)).not.toEqual(values(true));
  });

  test("also the moving statistics, in a fit", async () => {
    const norm = new BatchNormalization({ momentum: 0 });
    const model = new Written(new Sequential([norm, new Dense(1)]));
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit([[1], [3]], [[1], [2]], { epochs: 1, batchSize: 2 });
    const mean = norm.weights.find(({ name }) => name.endsWith("moving_mean"));
    expect([...(mean?.dataSync() ?? [])]).toEqual([2]);
    const before = model.getWeights();
    await model.predict([[5], [9]]);
    expect(model.getWeights()).toEqual(before);
  });

  test("what a call says itself holds", () => {
    class Still extends Layer {
      readonly dropout = new Dropout(0.5);
      override call(x: Tensor, _options?: CallOptions): Tensor {
        return this.dropout.call(x, { training: false });
      }
    }
    expect(zerosIn(new Still().call(ones([100]), { training: true }))).toBe(0);
  });
});

describe("what goes with a call", () => {
  test("is known by name", () => {
    const misspelled = { trainig: true } as object;
    for (const layer of [new Dense(1), new Sequential([new Dense(1)])] as Layer[])
      expect(() => layer.call(ones([1, 2]), misspelled)).toThrow(/PL4004.*trainig.*"?training/);
  });

  test("is declared by layers that take more", () => {
    class Scaled extends Layer {
      static override readonly callOptions: readonly string[] = ["by"];
      override call(x: Tensor, { by = 1 }: CallOptions & { by?: number } = {}): Tensor {
        return x.mul(by);
      }
    }
    expect(new Scaled().call(ones([1]), { by: 3 }).dataSync()[0]).toBe(3);
    expect(() => new SpectralNormalization(new Dense(1)).call(ones([1, 2]), { by: 3 } as object)).toThrow(
      /PL4004.*by/,
    );
  });

  test("does not stay on the user's tensor", () => {
    const mask = tensor([[true, false]]);
    const drawn = new Sequential([Input({ shape: [2, 3] }), new Dropout(0.5)]);
    for (const layer of [drawn, new Dropout(0.5), new Written(new Dropout(0.5))] as Layer[]) {
      const x = ones([1, 2, 3]);
      const output = layer.call(x, { mask }) as Tensor;
      expect(maskOf(x)).toBeUndefined();
      if (!(layer instanceof Written)) expect(maskOf(output)).toBe(mask);
    }
  });
});

describe("one tensor and lists of them are told apart", () => {
  test.each(Object.entries<LayerClass>(layerClasses))("%s takes what its samples are", (_, Class) => {
    const forms = new Set(Class.samples.map(({ inputs }) => isShapeList(inputs)));
    const { takesList } = makeLayer(Class, Class.samples[0].options ?? {});
    expect(takesList).toBe(forms.size === 1 ? forms.has(true) : undefined);
  });

  const forms = (Object.entries(layerClasses) as [string, LayerClass][]).flatMap(([name, Class]) => {
    const [sample] = Class.samples;
    const { takesList } = makeLayer(Class, sample.options ?? {});
    return takesList === undefined ? [] : [[name, Class, sample, takesList] as const];
  });

  test.each(forms)("%s", (_, Class, { options = {}, inputs }, takesList) => {
    const layer = makeLayer(Class, { ...options, name: "mine" });
    const shapes = (takesList ? inputs : [inputs]) as readonly (readonly number[])[];
    const other: Inputs = takesList ? ones(shapes[0]) : [ones(shapes[0]), ones(shapes[0])];
    expect(() => layer.call(other)).toThrow(takesList ? /PL4006.*"mine"/ : /PL4006.*"mine".*not a list of 2/);
  });

  test("also by models that are stacked", () => {
    const stack = [Input({ shape: [3, 2] }), new LSTM(2, { returnState: true }), new Dense(1)];
    expect(() => new Sequential(stack)).toThrow(/PL4006.*"dense".*3 tensors.*"lstm".*returnState/);
  });

  test.each([new Dense(1), new Flatten(), new Softmax()])("%o of a list", (layer: Layer) => {
    expect(() => layer.call([ones([1, 2]), ones([1, 2])])).toThrow(/PL4006.*not a list of 2/);
  });
});

describe("a wrong shape names who gave it", () => {
  const narrow = (name: string): Dense => new Dense(1, { name });
  const built = (layer: Dense): Dense => {
    layer.build([null, 2]);
    layer.inputShape = [null, 2];
    return layer;
  };

  test("to a layer that is shared, by each call", () => {
    const shared = built(narrow("shared"));
    const x = input({ shape: [4] });
    for (const name of ["first", "second"]) {
      const from = new Dense(3, { name }).call(x);
      expect(() => shared.call(from)).toThrow(new RegExp(`PL4006.*"shared".*came from the layer "${name}"`));
    }
    expect(() => shared.call(ones([1, 3]))).toThrow(/^(?!.*came from)/);
  });

  test("by the name that it has by then", () => {
    class Net extends Model {
      readonly below = [new Dense(2), new Dense(3)];
      readonly above = built(narrow("above"));
      override call(x: Tensor): Tensor {
        const [first, second] = this.below;
        return this.above.call(second.call(first.call(x)));
      }
    }
    expect(() => new Net().call(ones([1, 5]))).toThrow(/PL4006.*"above".*came from the layer "dense_1"/);
  });

  test("all of them, of several", () => {
    const [x, y] = [input({ shape: [2] }), input({ shape: [3] })];
    const from = new Dense(4, { name: "from" }).call(y);
    expect(() => new Add().call([x, from])).toThrow(
      /PL4006.*inputs of shapes \[batch, 2\] and \[batch, 4\].*came from the model's input and the layer "from"/,
    );
  });

  test("to a model inside another, which is named", () => {
    const inner = new Sequential([Input({ shape: [2] }), new Dense(1)], { name: "inner" });
    const from = new Dense(3, { name: "from" });
    expect(() => new Sequential([Input({ shape: [4] }), from, inner])).toThrow(
      /PL4006.*inside "inner".*came from the layer "from"/,
    );
  });

  test("or the model's input", () => {
    expect(() => new Written(built(narrow("only"))).call(ones([1, 5]))).toThrow(
      /PL4006.*"only".*came from the model's input/,
    );
    const x = ones([1, 2]);
    new Written(built(narrow("only"))).call(x);
    expect(() => built(narrow("other")).call(concat([x, x], 1))).toThrow(/^(?!.*came from)/);
  });
});

describe("what a layer is made of", () => {
  const warn = vi.spyOn(console, "warn");
  beforeEach(() => {
    warn.mockReset();
  });
  afterEach(() => {
    warn.mockReset();
  });

  test("call as a field is refused where the layer is used", () => {
    class Fields extends Model {
      readonly dense = new Dense(1);
      override call = (x: Tensor): Tensor => this.dense.call(x);
    }
    expect(() => new Fields().compile({ loss: "mse" } as never)).toThrow(/PL4004.*field "call".*call\(x\)/);
    expect(() => new Sequential([new Fields()])).toThrow(/PL4004.*field "call"/);
    expect(() => new Written(new Fields()).call(ones([1, 2]))).toThrow(/PL4004.*field "call"/);
  });

  test("a layer that is hidden is told of, once", () => {
    class Hidden extends Model {
      readonly #dense = new Dense(1, { name: "deep" });
      override call(x: Tensor): Tensor {
        return this.#dense.call(x);
      }
    }
    const model = new Hidden();
    model.call(ones([1, 2]));
    model.call(ones([1, 2]));
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringMatching(/"deep" was called inside "model".*addLayer/),
    ]);
  });

  test("layers that are known are not, nor those that do not train", () => {
    const frozen = new Dense(1, { trainable: false });
    class Known extends Model {
      readonly block = { parts: [new Sequential([new Dense(2), new TimeDistributed(new Dense(3))])] };
      readonly rnn = new Bidirectional(new LSTM(1));
      override call(x: Tensor): Tensor {
        const y = this.block.parts[0].call(x) as Tensor;
        return this.rnn.call(y).add(frozen.call(x).max(1));
      }
    }
    new Known().call(ones([1, 2, 2]));
    expect(warn).not.toHaveBeenCalled();
  });

  test("may know each other", () => {
    class Child extends Layer {
      readonly parent: Layer;
      readonly dense = new Dense(1);
      constructor(parent: Layer) {
        super();
        this.parent = parent;
      }
      override call(x: Tensor): Tensor {
        return this.dense.call(x);
      }
    }
    class Owner extends Model {
      readonly child: Child = new Child(this);
      override call(x: Tensor): Tensor {
        return this.child.call(x);
      }
    }
    const owner = new Owner();
    owner.call(ones([1, 2]));
    expect(owner.weights.length).toBe(2);
    owner.trainable = false;
    expect(owner.child.dense.trainableWeights).toEqual([]);
  });

  test("has weights that are read, set and counted", () => {
    const layer = new BatchNormalization();
    expect(() => layer.getWeights()).toThrow(/PL4002/);
    layer.ensureBuilt([null, 3]);
    expect(layer.countParams()).toBe(12);
    expect([layer.trainableWeights.length, layer.nonTrainableWeights.length]).toEqual([2, 2]);
    layer.trainable = false;
    expect(layer.nonTrainableWeights).toEqual(layer.weights);
    const values = layer.weights.map((_, i) => Float32Array.of(i, i, i));
    layer.setWeights(values);
    expect(layer.getWeights()).toEqual(values);
  });

  test.each([
    [ones([3, 2]), /PL4007.*\[2, 3\], what came \[3, 2\]/],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      /PL4007.*\[2, 3\], what came \[3, 2\]/,
    ],
    [Float32Array.of(1, 2), /PL4007/],
  ])("a value of another shape is refused: case %#", (value, message) => {
    const layer = new Dense(3, { useBias: false });
    layer.ensureBuilt([null, 2]);
    expect(() => layer.setWeights([value])).toThrow(message);
    layer.setWeights([Float32Array.of(1, 2, 3, 4, 5, 6)]);
    expect(showValue([...layer.getWeights()[0]])).toContain("6");
  });
});

test("a last batch that a stateful layer cannot take is told as such", async () => {
  const model = new Sequential([Input({ shape: [3, 1] }), new LSTM(2, { stateful: true }), new Dense(1)]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  await expect(model.fit(ones([5, 3, 1]), ones([5, 1]), { batchSize: 2 })).rejects.toThrow(
    /PL4006.*5 rows in batches of 2 leave a last batch of 1.*needs batches of 2 rows/,
  );
});
