/** Programs of users whose bundles are measured (`npm run size`), and run by a test. Each leaves a number in `answer`. */

export interface Program {
  /** What it does, for the table. */
  readonly what: string;
  readonly source: string;
  readonly answer: number;
}

export const programs: Readonly<Record<string, Program>> = {
  tensors: {
    what: "tensors and a method of theirs",
    source: `
      import { tensor } from "plumb-ml";
      globalThis.answer = tensor([1, 2]).mul(3).sum().itemSync();`,
    answer: 9,
  },
  "dense network": {
    what: "Sequential, two Dense, compile by names, fit",
    source: `
      import { Dense, Input, Sequential } from "plumb-ml";
      const model = new Sequential([Input({ shape: [1] }), new Dense(4, { activation: "relu" }), new Dense(1)]);
      model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
      const history = await model.fit([[0], [1], [2], [3]], [[1], [3], [5], [7]], { epochs: 3, batchSize: 2, verbose: 0 });
      globalThis.answer = history.history.mae.length;`,
    answer: 3,
  },
  "convolutional network": {
    what: "Conv2D, MaxPooling2D, Flatten, Dense, classes instead of names, fit",
    source: `
      import { Adam, Conv2D, Dense, Flatten, Input, MaxPooling2D, Sequential, SparseCategoricalCrossentropy, zeros } from "plumb-ml";
      const model = new Sequential([
        Input({ shape: [8, 8, 1] }), new Conv2D(2, 3, { activation: "relu" }), new MaxPooling2D(2), new Flatten(),
        new Dense(3, { activation: "softmax" }),
      ]);
      model.compile({ optimizer: new Adam(), loss: new SparseCategoricalCrossentropy() });
      await model.fit(zeros([4, 8, 8, 1]), [0, 1, 2, 0], { epochs: 1, verbose: 0 });
      globalThis.answer = model.countParams();`,
    // 3·3·1·2 + 2 of the filters, 3·3·2·3 + 3 of the units.
    answer: 77,
  },
};
