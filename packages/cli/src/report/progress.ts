/** How far training is, while it goes on: a line that renews itself on a terminal, a line now and then elsewhere. */
import { SingleBar } from "cli-progress";
import type { Writable } from "node:stream";
import type { Logs } from "plumb-ml";
import { showNumber } from "./format.ts";

export interface Progress {
  /** After an epoch, counted from 1. */
  epoch(epoch: number, logs: Logs, rate: number): void;
  stop(): void;
}

/** A progress line on `stream` for at most `epochs` epochs. */
export function showProgress(stream: Writable & { isTTY?: boolean }, epochs: number): Progress {
  return stream.isTTY === true ? liveLine(stream, epochs) : linesNowAndThen(stream, epochs);
}

/** No progress at all. */
export const noProgress: Progress = { epoch: () => undefined, stop: () => undefined };

const values = (logs: Logs, rate: number): Record<string, string> => ({
  loss: showNumber(logs.loss),
  validation: showNumber(logs.val_loss),
  rate: String(rate),
});

function liveLine(stream: Writable, epochs: number): Progress {
  const bar = new SingleBar({
    stream: stream as NodeJS.WriteStream,
    format:
      "epoch {value}/{total} {bar} loss {loss} · val_loss {validation} · rate {rate} · eta {eta_formatted}",
    barsize: 20,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C belongs to the program: training ends after the step in flight.
    gracefulExit: false,
  });
  bar.start(epochs, 0, { loss: "…", validation: "…", rate: "…" });
  return {
    epoch: (epoch, logs, rate) => bar.update(epoch, values(logs, rate)),
    stop: () => bar.stop(),
  };
}

function linesNowAndThen(stream: Writable, epochs: number): Progress {
  const every = Math.max(1, Math.round(epochs / 20));
  const start = performance.now();
  return {
    epoch(epoch, logs, rate) {
      if (epoch !== 1 && epoch % every !== 0 && epoch !== epochs) return;
      const { loss, validation } = values(logs, rate);
      const left = ((performance.now() - start) / epoch) * (epochs - epoch);
      stream.write(
        `epoch ${epoch}/${epochs}  loss ${loss}  val_loss ${validation}  rate ${rate}  eta ${Math.ceil(left / 1000)}s\n`,
      );
    },
    stop: () => undefined,
  };
}
