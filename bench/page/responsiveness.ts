/** Whether a page stays responsive while it trains: how long its event loop is held up, and how many frames it shows. */
import { host } from "./host.ts";
import { works } from "./works.ts";

export interface Responsiveness {
  readonly seconds: number;
  readonly framesPerSecond: number;
  /** The longest time between two turns of the event loop that a timer saw, its own 4 ms included, in milliseconds. */
  readonly longestGap: number;
  /** Tasks that the browser itself calls long, of 50 ms and more, in milliseconds. */
  readonly longTasks: readonly number[];
}

/** Builds and trains a work from nothing, and watches the page meanwhile. */
export async function watch(name: string, epochs: number): Promise<Responsiveness> {
  const longTasks: number[] = [];
  let frames = 0;
  let longestGap = 0;
  let over = false;
  const frame = (): void => {
    frames++;
    if (!over) host.requestAnimationFrame(frame);
  };
  let last = performance.now();
  const tick = (): void => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last);
    last = now;
    if (!over) setTimeout(tick, 0);
  };
  const work = works[name]();
  // What making it took is not training.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const observer = new host.PerformanceObserver((list) =>
    longTasks.push(...list.getEntries().map(({ duration }) => duration)),
  );
  observer.observe({ entryTypes: ["longtask"] });
  host.requestAnimationFrame(frame);
  last = performance.now();
  tick();
  const begin = performance.now();
  await work.run(epochs);
  const seconds = (performance.now() - begin) / 1000;
  over = true;
  // Entries come a little later than the tasks.
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return { seconds, framesPerSecond: frames / seconds, longestGap, longTasks };
}
