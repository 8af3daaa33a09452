/** What a training leaves behind when its process is killed: the weights of a moment ago. */
import type { CallbackMethods, Sequential } from "plumb-ml";
import { checkpointFile, type RunFolder } from "./run-folder.ts";
import { encodeWeights, weightsOf } from "./weights-file.ts";

/** Epochs of a small table take milliseconds, a synced file about as long: at most one checkpoint in a second. */
const betweenEpochs = 1000;
const withinEpoch = 60_000;

/**
 * Writes the weights of `model` to the run after an epoch, the first one included, and every minute within a long one.
 * `now` gives milliseconds.
 */
export function checkpoints(
  model: Sequential,
  folder: RunFolder,
  now: () => number = () => performance.now(),
): CallbackMethods {
  let last = now();
  let written = false;
  const write = (): void => {
    folder.write(checkpointFile, encodeWeights(weightsOf(model)));
    last = now();
    written = true;
  };
  return {
    onEpochEnd: () => {
      if (!written || now() - last >= betweenEpochs) write();
    },
    onProgress: () => {
      if (now() - last >= withinEpoch) write();
    },
  };
}
