/** Which layer feeds which, in models that were drawn. */
import type { Layer } from "../../layers/index.ts";
import { symbolicAmong, type SymbolicTensor } from "../../layers/index.ts";
import { Model } from "../../train/index.ts";

/** A layer that takes what another gives, and nothing else. */
export interface Link {
  readonly before: Layer;
  readonly after: Layer;
  /** Whether nothing else takes it, and it is no output. */
  readonly only: boolean;
}

/** The links of a drawn model, those inside the models in it among them; none of a model with a `call` of its own. */
export function linksOf(model: Layer): readonly Link[] {
  if (!(model instanceof Model) || model.graph === undefined) return [];
  const { calls, outputs } = model.graph;
  const users = new Map<SymbolicTensor, number>(outputs.map((symbol) => [symbol, 1]));
  for (const { inputs, options } of calls)
    for (const symbol of symbolicAmong(inputs, options)) users.set(symbol, (users.get(symbol) ?? 0) + 1);
  const links = calls.flatMap(({ layer, inputs, options }): Link[] => {
    const taken = symbolicAmong(inputs, options);
    if (taken.length !== 1) return [];
    const [symbol] = taken;
    return [{ before: symbol.source.layer, after: layer, only: users.get(symbol) === 1 }];
  });
  return [...links, ...model.layers.flatMap(linksOf)];
}

/** The links with layers left out that hand on what they get, in another shape or with noise. */
export function linksPast(links: readonly Link[], isPassed: (layer: Layer) => boolean): readonly Link[] {
  const into = new Map(links.map((link) => [link.after, link]));
  return links
    .filter(({ after }) => !isPassed(after))
    .map((link) => {
      let { before, only } = link;
      for (let next = into.get(before); isPassed(before) && next !== undefined; next = into.get(before)) {
        before = next.before;
        only = only && next.only;
      }
      return { before, after: link.after, only };
    });
}
