// Two mistakes that nothing crashes on. The doctor finds one before training, and the other after it.
import { BinaryCrossentropy, Dense, random, seed, Sequential } from "plumb-ml";
import { Doctor, examine, review } from "plumb-ml/doctor";

seed(1);
const data = Array.from({ length: 300 }, () => [...random.normal([8]).dataSync()]);
const noise = random.normal([300]).dataSync();
const labels = data.map(([x], row) => (x + noise[row] > 0 ? 1 : 0)); // the first number decides, half of it chance

const network = () =>
  new Sequential([
    new Dense(128, { activation: "relu" }),
    new Dense(128, { activation: "relu" }),
    new Dense(1, { activation: "sigmoid" }),
  ]);

// Before: the probabilities of a sigmoid, to a loss that is told to expect raw scores.
const scored = new BinaryCrossentropy({ fromLogits: true });
console.log(String(await examine({ model: network(), compile: { loss: scored }, data, labels })));

// After: far more epochs than so few rows can bear.
const model = network();
model.compile({ optimizer: "adam", loss: "binaryCrossentropy" });
const doctor = new Doctor();
const history = await model.fit(data, labels, { epochs: 60, validationSplit: 0.25, callbacks: [doctor] });
console.log(String(await review({ model, doctor, history, data, labels, validationSplit: 0.25 })));
