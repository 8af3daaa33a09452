// Which digit is it? A convolutional network that reads handwriting.
//
//     node examples/digits-cnn.mjs [digits.csv.gz]

import {
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  Flatten,
  Input,
  MaxPooling2D,
  seed,
  Sequential,
} from "plumb-ml";
import { drawn, holdOut, origin, readDigits } from "./support/digits.mjs";
import { dataFile, isProgram } from "./support/program.mjs";

/**
 * From 8 × 8 pixels by way of 4 × 4 × 32 and 2 × 2 × 64 features to the probabilities of ten digits. An epoch has few
 * steps: with the usual momentum of 0.99 the statistics for reading would still lag behind those of the training.
 */
export function digitReader() {
  const model = new Sequential([
    Input({ shape: [8, 8, 1] }),
    new Conv2D(32, 3, { padding: "same", activation: "relu" }),
    new BatchNormalization({ momentum: 0.9 }),
    new MaxPooling2D(2),
    new Conv2D(64, 3, { padding: "same", activation: "relu" }),
    new BatchNormalization({ momentum: 0.9 }),
    new MaxPooling2D(2),
    new Flatten(),
    new Dropout(0.3),
    new Dense(10, { activation: "softmax" }),
  ]);
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

if (isProgram(import.meta)) {
  seed(1);
  const { train, test } = holdOut(readDigits(dataFile("digits.csv.gz", origin)));
  const model = digitReader();
  model.summary();
  await model.fit(train.images, train.labels, { epochs: 20, verbose: 2 });

  const { accuracy } = await model.evaluate(test.images, test.labels);
  console.log(
    `\n${(100 * accuracy).toFixed(1)}% of ${test.labels.size} digits that it never saw are read right.`,
  );

  const read = (await model.predict(test.images)).argmax(1).dataSync();
  const meant = test.labels.dataSync();
  for (const row of meant.keys()) {
    if (read[row] === meant[row]) continue;
    console.log(
      `\nThis ${meant[row]} was taken for a ${read[row]}:\n${drawn(test.images.slice([row], [1]))}`,
    );
  }
}
