/**
 * Turn taking on one model. Training yields to the event loop between slices of steps; what else is asked of the model
 * meanwhile (a prediction for a chart, new weights) takes its turn there, between two steps, and never in one.
 */

/** Runs tasks one after the other in the order in which they were asked for. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** True while a task runs or waits. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Runs `task` when all tasks before it are done, whether they succeeded or not. */
  take<T>(task: () => T | Promise<T>): Promise<T> {
    this.#waiting += 1;
    const done = this.#last.then(task).finally(() => {
      this.#waiting -= 1;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
