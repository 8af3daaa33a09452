/** The bench page: it can be opened by hand, and measures on its own then; `main.ts` measures through `bench`. */
import { engineStats } from "plumb-ml";
import { host } from "./host.ts";
import { watch } from "./responsiveness.ts";
import { measure, works } from "./works.ts";

/** What `main.ts` calls. */
export const bench = {
  measure,
  watch,
  show,
  about: () => ({
    isolated: host.crossOriginIsolated,
    cores: host.navigator.hardwareConcurrency,
    stats: engineStats(),
  }),
};
export type Bench = typeof bench;

/** Adds a row to the table of the page. */
function show(...cells: readonly string[]): void {
  const row = host.document.querySelector("tbody").insertRow();
  for (const cell of cells) row.insertCell().textContent = cell;
}

const button = host.document.querySelector("button");
button.onclick = async () => {
  button.disabled = true;
  const { framesPerSecond, longestGap } = await watch("B", 8);
  const frames = `${framesPerSecond.toFixed(0)} frames per second`;
  show("while B trains", frames, `longest gap ${longestGap.toFixed(0)} ms`);
  for (const name of Object.keys(works))
    show(name, works[name]().title, `${(await measure(name, 500, engineStats().threads)).toPrecision(3)} ms`);
};
