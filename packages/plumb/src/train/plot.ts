/**
 * A functional model as a picture: one box for each call of a layer, in ranks from the inputs down, and lines between
 * them. The steps are those of Sugiyama, Tagawa and Toda, 1981: ranks, an order within each that crosses few lines, places.
 */
import { showBatchShape, symbolicAmong, type LayerCall } from "../layers/index.ts";
import type { Graph } from "./graph.ts";
import type { Places } from "./places.ts";

/** A box of the picture, or a point through which a line of several ranks goes. */
interface Spot {
  readonly kind: "input" | "layer" | "output" | "bend";
  /** Lines of text, the first the name. */
  readonly texts: readonly string[];
  readonly width: number;
  readonly above: Spot[];
  readonly below: Spot[];
  rank: number;
  /** The middle. */
  x: number;
}

const fontSize = 13;
const lineHeight = 18;
const padding = 10;
/** Between boxes of a rank, and between ranks. */
const [gapX, gapY] = [24, 34];
const margin = 12;

/** Letters of a sans-serif take about so much of their size each; bold ones, in the first line, more. */
const widthOf = (text: string, line: number): number => text.length * fontSize * (line === 0 ? 0.65 : 0.6);

const heightOf = ({ texts }: Spot): number => (texts.length === 0 ? 0 : texts.length * lineHeight + padding);

function spot(kind: Spot["kind"], texts: readonly string[]): Spot {
  const width = kind === "bend" ? 8 : Math.max(...texts.map(widthOf)) + 2 * padding;
  return { kind, texts, width, above: [], below: [], rank: 0, x: 0 };
}

function connect(from: Spot, to: Spot): void {
  from.below.push(to);
  to.above.push(from);
}

/** The picture of a graph as the text of an SVG image. */
export function plotOf(name: string, graph: Graph, outputs: Places): string {
  const spots = spotsOf(graph, outputs);
  setRanks(spots);
  const ranks = rankedWithBends(spots);
  reduceCrossings(ranks);
  setPlaces(ranks);
  return drawn(name, ranks);
}

/** A box for each input, each call and, where there are several, each output. */
function spotsOf({ inputs, outputs, calls }: Graph, places: Places): Spot[] {
  const spots = new Map<LayerCall, Spot>();
  for (const { source, shape } of inputs)
    spots.set(source, spot("input", [source.layer.name, source.layer.className, showBatchShape(shape)]));
  const times = new Map<object, number>();
  for (const call of calls) {
    const { layer } = call;
    const time = (times.get(layer) ?? 0) + 1;
    times.set(layer, time);
    const shapes = call.outputs.map(({ shape }) => showBatchShape(shape)).join(", ");
    const box = spot("layer", [
      time === 1 ? layer.name : `${layer.name} (call ${time})`,
      layer.trainable || layer.weights.length === 0 ? layer.className : `${layer.className}, frozen`,
      shapes,
    ]);
    spots.set(call, box);
    for (const source of new Set(symbolicAmong(call.inputs, call.options).map((tensor) => tensor.source)))
      connect(spots.get(source)!, box);
  }
  const ends =
    outputs.length === 1
      ? []
      : outputs.map(({ source }, i) => {
          const end = spot("output", [places.names[i]]);
          connect(spots.get(source)!, end);
          return end;
        });
  return [...spots.values(), ...ends];
}

/** Every box below all that lead to it; inputs right above the first that they lead to. */
function setRanks(spots: readonly Spot[]): void {
  for (const one of spots) one.rank = Math.max(0, ...one.above.map(({ rank }) => rank + 1));
  for (const one of spots)
    if (one.kind === "input" && one.below.length > 0)
      one.rank = Math.min(...one.below.map(({ rank }) => rank)) - 1;
  const last = Math.max(...spots.map(({ rank }) => rank));
  for (const one of spots) if (one.kind === "output") one.rank = last;
}

/** The boxes rank by rank, with bends in the lines that pass through ranks. */
function rankedWithBends(spots: readonly Spot[]): Spot[][] {
  const ranks: Spot[][] = Array.from({ length: Math.max(...spots.map(({ rank }) => rank)) + 1 }, () => []);
  for (const one of spots) ranks[one.rank].push(one);
  for (const from of spots)
    for (const to of from.below.filter(({ rank }) => rank > from.rank + 1)) {
      from.below.splice(from.below.indexOf(to), 1);
      to.above.splice(to.above.indexOf(from), 1);
      let above = from;
      for (let rank = from.rank + 1; rank < to.rank; rank++) {
        const bend = spot("bend", []);
        bend.rank = rank;
        ranks[rank].push(bend);
        connect(above, bend);
        above = bend;
      }
      connect(above, to);
    }
  return ranks;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** Orders each rank by where its neighbours stand, down and up again until lines that cross are few. */
function reduceCrossings(ranks: Spot[][]): void {
  for (let sweep = 0; sweep < 8; sweep++) {
    const down = sweep % 2 === 0;
    for (const rank of down ? ranks : [...ranks].reverse()) {
      const wish = new Map(
        rank.map((one, i) => {
          const neighbours = down ? one.above : one.below;
          const places = neighbours.map((other) => ranks[other.rank].indexOf(other));
          return [one, places.length === 0 ? i : mean(places)];
        }),
      );
      rank.sort((a, b) => wish.get(a)! - wish.get(b)!);
    }
  }
}

/** Puts boxes beside one another, then each towards the middle of its neighbours as far as there is room. */
function setPlaces(ranks: readonly Spot[][]): void {
  for (const rank of ranks) {
    let right = 0;
    for (const one of rank) {
      one.x = right + one.width / 2;
      right += one.width + gapX;
    }
    const middle = (right - gapX) / 2;
    for (const one of rank) one.x -= middle;
  }
  for (let sweep = 0; sweep < 200; sweep++)
    for (const rank of sweep % 2 === 0 ? ranks : [...ranks].reverse()) settle(rank);
}

/** Moves a rank to where its neighbours pull it; boxes that would overlap share the way. */
function settle(rank: readonly Spot[]): void {
  // Groups of boxes that touch: each group stands where the wishes of its boxes balance.
  const groups: { boxes: Spot[]; offsets: number[]; at: number }[] = [];
  for (const one of rank) {
    const neighbours = [...one.above, ...one.below];
    const wish = neighbours.length === 0 ? one.x : mean(neighbours.map(({ x }) => x));
    let group = { boxes: [one], offsets: [0], at: wish };
    for (let before = groups.at(-1); before !== undefined; before = groups.at(-1)) {
      const last = before.boxes.length - 1;
      const distance = (before.boxes[last].width + group.boxes[0].width) / 2 + gapX;
      const from = before.at + before.offsets[last] + distance;
      if (group.at >= from) break;
      groups.pop();
      const shift = before.offsets[last] + distance;
      const [n, m] = [before.boxes.length, group.boxes.length];
      group = {
        boxes: [...before.boxes, ...group.boxes],
        offsets: [...before.offsets, ...group.offsets.map((offset) => offset + shift)],
        at: (n * before.at + m * (group.at - shift)) / (n + m),
      };
    }
    groups.push(group);
  }
  for (const { boxes, offsets, at } of groups) boxes.forEach((box, i) => (box.x = at + offsets[i]));
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]!);

const style = `
  .box { fill: #f4f6f8; stroke: #8494a7; }
  .input { fill: #e3f1e7; stroke: #5b9a70; }
  .output { fill: #fbeedd; stroke: #c08a3e; }
  .line { fill: none; stroke: #8494a7; stroke-width: 1.3; }
  .tip { fill: #8494a7; }
  text { font: ${fontSize}px system-ui, sans-serif; fill: #44505e; text-anchor: middle; }
  .name { font-weight: 600; fill: #16202c; }
  @media (prefers-color-scheme: dark) {
    .box { fill: #242c36; stroke: #7688a0; }
    .input { fill: #1f3427; stroke: #6bb387; }
    .output { fill: #3a2f1d; stroke: #cf9d55; }
    .line { stroke: #7688a0; }
    .tip { fill: #7688a0; }
    text { fill: #b4c0ce; }
    .name { fill: #f0f4f8; }
  }`;

/** The picture itself. */
function drawn(name: string, ranks: readonly Spot[][]): string {
  const all = ranks.flat();
  const left = Math.min(...all.map(({ x, width }) => x - width / 2)) - margin;
  const width = Math.max(...all.map(({ x, width: w }) => x + w / 2)) + margin - left;
  const heights = ranks.map((rank) => Math.max(...rank.map(heightOf)));
  const tops = heights.map(
    (_, i) => margin + heights.slice(0, i).reduce((sum, height) => sum + height + gapY, 0),
  );
  const height = tops[tops.length - 1] + heights[heights.length - 1] + margin;
  const round = (value: number): number => Math.round(10 * value) / 10;
  const x = (one: Spot): number => round(one.x - left);
  const top = (one: Spot): number => round(tops[one.rank]);
  /** Where lines leave: below the box, or, of a bend, the rank. */
  const bottom = (one: Spot): number =>
    round(tops[one.rank] + (one.kind === "bend" ? heights[one.rank] : heightOf(one)));

  const line = (from: Spot, to: Spot): string => {
    const [x1, y1, x2] = [x(from), bottom(from), x(to)];
    const y2 = top(to) - (to.kind === "bend" ? 0 : 6);
    const middle = round((y1 + y2) / 2);
    const through = to.kind === "bend" ? ` V ${bottom(to)}` : "";
    return `M ${x1} ${y1} C ${x1} ${middle}, ${x2} ${middle}, ${x2} ${y2}${through}`;
  };
  const paths = all.flatMap((from) => from.below.map((to) => `<path class="line" d="${line(from, to)}"/>`));
  const tips = all
    .filter(({ kind, above }) => kind !== "bend" && above.length > 0)
    .map((one) => `<path class="tip" d="M ${x(one)} ${top(one)} l -4 -7 h 8 z"/>`);
  const boxes = all
    .filter(({ kind }) => kind !== "bend")
    .map((one) => {
      const kind = one.kind === "layer" ? "box" : `box ${one.kind}`;
      const rect = `<rect class="${kind}" x="${round(x(one) - one.width / 2)}" y="${top(one)}" width="${round(one.width)}" height="${heightOf(one)}" rx="${one.kind === "output" ? 14 : 6}"/>`;
      const texts = one.texts.map((text, i) => {
        const y = round(top(one) + padding / 2 + lineHeight * (i + 0.72));
        return `<text${i === 0 ? ' class="name"' : ""} x="${x(one)}" y="${y}">${escaped(text)}</text>`;
      });
      return [rect, ...texts].join("\n");
    });
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">`,
    `<title>${escaped(`The model ${name}`)}</title>`,
    `<style>${style}\n</style>`,
    ...paths,
    ...tips,
    ...boxes,
    "</svg>",
  ].join("\n");
}
