/** The few things of a page that the bench page uses: Node's types, which the other programs here need, do not know them. */

interface Row {
  insertCell(): { textContent: string };
}
interface PageHost {
  readonly crossOriginIsolated: boolean;
  readonly navigator: { readonly hardwareConcurrency: number };
  readonly document: {
    querySelector(selector: "tbody"): { insertRow(): Row };
    querySelector(selector: "button"): { disabled: boolean; onclick: () => void };
  };
  readonly PerformanceObserver: new (
    heard: (list: { getEntries(): readonly { readonly duration: number }[] }) => void,
  ) => { observe(options: { readonly entryTypes: readonly string[] }): void; disconnect(): void };
  requestAnimationFrame(frame: () => void): void;
}

export const host = globalThis as unknown as PageHost;
