import { Callback, type CallbackRecord } from "./callback.ts";

/** The methods of a callback. */
export type CallbackMethods = Partial<
  Pick<
    Callback,
    | "onTrainBegin"
    | "onEpochBegin"
    | "onTrainBatchEnd"
    | "onProgress"
    | "onTestBegin"
    | "onTestEnd"
    | "onEpochEnd"
    | "onEpochsEnd"
    | "onTrainEnd"
  >
>;

/**
 * A callback made of functions. A plain object of them will do wherever a callback is wanted; this is Keras's name for it.
 *
 * @example
 * new LambdaCallback({ onEpochEnd: (epoch, logs) => console.log(epoch, logs.loss) });
 */
export class LambdaCallback extends Callback {
  static readonly record: CallbackRecord = {
    name: "LambdaCallback",
    doc: "a callback made of functions",
    parameters: {},
  };

  constructor(methods: CallbackMethods) {
    super();
    Object.assign(this, methods);
  }
}
