import { Callback, checkCallbacks, type CallbackRecord, type events } from "./callback.ts";

/** The methods of a callback. */
export type CallbackMethods = Partial<Pick<Callback, (typeof events)[number]>>;

/**
 * A callback made of functions. A plain object of them will do wherever a callback is wanted; this is Keras's name for it.
 * Errors: PL4004 for a name that is no event's.
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
    checkCallbacks([methods]);
    Object.assign(this, methods);
  }
}
