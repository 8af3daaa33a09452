/** What happens to scores that are no probabilities, and why that is an error here. */
import { BinaryCrossentropy, PlumbError } from "plumb-ml";

const labels = [0, 1, 0];
const raw = [0, 2, -1];

/** Clipped to [0, 1] in silence, these would look perfect. */
function refused(): PlumbError {
  try {
    new BinaryCrossentropy({ fromLogits: false }).call(labels, raw).itemSync();
  } catch (error) {
    if (error instanceof PlumbError) return error;
    throw error;
  }
  throw new Error("The raw values were accepted");
}
export const error = refused();

/** The number that Keras gives: 1.19e-7, a perfect score. */
export const unvalidated = new BinaryCrossentropy({ fromLogits: false, validate: false })
  .call(labels, raw)
  .itemSync();

/** What they are worth as the logits they are: 0.3778 nats. */
export const asLogits = new BinaryCrossentropy({ fromLogits: true }).call(labels, raw).itemSync();

console.log(error.message);
console.log({ unvalidated, asLogits });
