// Is a point inside the circle? A first model, on data made of tensors.
import { Dense, random, seed, Sequential } from "plumb-ml";

seed(1);
const points = random.uniform([2000, 2], { low: -1, high: 1 });
const inside = points.square().sum(1).less(0.5).cast("int32"); // [2000]: 1 within the circle, 0 outside

const model = new Sequential([
  new Dense(16, { activation: "relu" }),
  new Dense(1, { activation: "sigmoid" }),
]);
model.compile({ optimizer: "adam", loss: "binary_crossentropy", metrics: ["accuracy"] });
await model.fit(points, inside, { epochs: 60, validationSplit: 0.2 });

console.log(await model.evaluate(points, inside)); // loss about 0.18, accuracy about 0.97

const twoPoints = [
  [0, 0],
  [0.9, 0.9],
];
const [centre, corner] = (await model.predict(twoPoints)).dataSync();
console.log(centre, corner); // near 1, near 0
