/** What a loss is, in four numbers that can be checked by hand. */
import { CategoricalCrossentropy, MeanSquaredError } from "plumb-ml";

const mse = new MeanSquaredError();

/** The mean of 0.5², 0.5² and 1²: 0.5. */
export const meanSquaredError = mse.call([1, 2, 3], [1.5, 2.5, 2]).itemSync();

/** The mean of 1² and 2²: 2.5. */
export const further = mse.call([2, 3], [1, 5]).itemSync();

/** −ln 0.8 = 0.2231 nats: the label says class 1, to which the model gave 0.8. */
export const crossentropy = new CategoricalCrossentropy().call([[0, 1, 0]], [[0.1, 0.8, 0.1]]).itemSync();

/** The same three numbers read as logits: ln(e^0.1 + e^0.8 + e^0.1) − 0.8 = 0.6897 nats. */
export const fromLogits = new CategoricalCrossentropy({ fromLogits: true })
  .call([[0, 1, 0]], [[0.1, 0.8, 0.1]])
  .itemSync();

console.log({ meanSquaredError, further, crossentropy, fromLogits });
