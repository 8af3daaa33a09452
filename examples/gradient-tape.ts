/** One step of training by hand: predict, measure, ask for gradients, apply them. */
import { Dense, GradientTape, MeanSquaredError, seed, SGD, tensor } from "plumb-ml";

seed(1);
const layer = new Dense(1);
const loss = new MeanSquaredError();
const optimizer = new SGD({ learningRate: 0.1 });

const x = tensor([[1]]);
const y = tensor([[2]]);
const lossNow = (): number => loss.call(y, layer.call(x)).itemSync();
const weightsNow = (): number[] => layer.weights.map((weight) => weight.read().itemSync());

export const before = lossNow();
export const weightsBefore = weightsNow();

const tape = new GradientTape(() => loss.call(y, layer.call(x)));
const gradients = tape.gradient(tape.value, layer.trainableWeights);

/** A gradient is a suggestion: until it is applied, the weights stay as they were. */
export const weightsUnapplied = weightsNow();

optimizer.applyGradients(layer.trainableWeights.map((weight, i) => [gradients[i], weight]));

export const after = lossNow();
export const weightsAfter = weightsNow();

console.log({ before, after, weightsBefore, weightsAfter });
