/** The few things of the host that the library asks for, found in Node and in pages alike. */

interface Host {
  readonly performance: { now(): number };
  readonly console: { log(text: string): void };
  readonly setImmediate?: (task: () => void) => void;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: unknown): void };
  };
  readonly setTimeout: (task: () => void, milliseconds: number) => void;
}
const host = globalThis as unknown as Host;

export const now = (): number => host.performance.now();

export const print = (text: string): void => host.console.log(text);

/** Resolves in a later turn of the event loop: timers, input and painting come in between. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    if (host.setImmediate) return host.setImmediate(resolve);
    if (host.MessageChannel) {
      // Timers are held back to 4 ms in pages once they nest; messages are not.
      const { port1, port2 } = new host.MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      return port2.postMessage(null);
    }
    host.setTimeout(resolve, 0);
  });
}
