/**
 * Which shape of tiles is the fastest on this host: found by running a product in each. A host does not tell whether it
 * makes one vector of two, or how many accumulators its compiler leaves in registers. All shapes give the same bits (one
 * that did not would be left out), so this is a question of speed alone.
 */
import { sizeOf } from "../../base/shape.ts";
import type { Product, Program } from "../../compile/kernel.ts";
import type { Graph } from "../../graph/node.ts";
import { topological } from "../../graph/order.ts";
import { probe } from "./features.ts";
import type { Features } from "./kernel-function.ts";
import { packingFor } from "./product-layout.ts";
import { writeProgram } from "./program.ts";
import { tileShapes, type TileName } from "./tile-shapes.ts";

/** What a trial found. */
export interface TileTrial {
  /** The shape that won. */
  readonly tile: TileName;
  /** Multiply-adds that round once. */
  readonly fused: boolean;
  /** Billions of floating-point operations per second in each shape; 0 for one that was not tried, or was wrong. */
  readonly speeds: Readonly<Record<TileName, number>>;
}

/** Bits of a vector in products: the shapes of 256 win only where V8 makes one vector of two. */
export const vectorBits = ({ tile }: TileTrial): 128 | 256 =>
  tile === "wide" || tile === "large" ? 256 : 128;

/** The product that is tried: a whole number of tiles in every shape, operands in the second-level cache. */
const [m, n, k] = [48, 64, 256];
const flops = 2 * m * n * k;
/** Milliseconds that a trial takes at most, and after which one that got no better is over: code is optimised meanwhile. */
const patience = 30;
const standstill = 6;
/** A shape is taken if it is so much faster than the one that is right everywhere. */
const advantage = 1.04;
/** Multiplications in one run of a program from which a trial, which takes some milliseconds, pays. */
const worthwhile = 2 ** 28;

const names = Object.keys(tileShapes) as TileName[];
let known: TileTrial | undefined;

/** The shape for a program: that of a trial, once there was one or where it pays. */
export function tileFor(graph: Graph, { fused }: Features): TileName {
  if (!fused || (known === undefined && multiplications(graph) < worthwhile)) return "narrow";
  return tileTrial().tile;
}

/** Tries all shapes, or tells what was found before. `again` tries anew: flags of the host may have changed. */
export function tileTrial({ again = false } = {}): TileTrial {
  if (known === undefined || again) known = tryAll();
  return known;
}

/** Multiplications in the products of a graph, those inside loops left out. */
function multiplications({ outputs, effects }: Graph): number {
  let sum = 0;
  for (const { op, attrs, inputs, shape } of topological([...outputs, ...effects])) {
    if (op.kind !== "contract") continue;
    const [a, b] = inputs;
    const { inner } = op.form(attrs, a.shape, b.shape);
    sum += sizeOf(shape) * sizeOf(a.shape.slice(a.shape.length - inner));
  }
  return sum;
}

function tryAll(): TileTrial {
  const { fused } = probe();
  const speeds = { narrow: 0, tall: 0, wide: 0, large: 0 };
  // Without multiply-adds that round once there is no host that makes one vector of two, and the rest gain nothing.
  if (!fused) return { tile: "narrow", fused, speeds };
  const runs = names.map((tile) => ({ tile, ...contestant(tile) }));
  const [{ result: expected }] = runs;
  const correct = isRight(expected)
    ? runs.filter(({ result }) => result.every((word, i) => word === expected[i]))
    : [];
  const start = performance.now();
  let improved = start;
  let now = start;
  while (now - start < patience && now - improved < standstill) {
    for (const { tile, run } of correct) {
      const before = performance.now();
      run();
      now = performance.now();
      const speed = flops / ((now - before) * 1e6);
      if (speed > speeds[tile] * 1.1) improved = now;
      if (Number.isFinite(speed)) speeds[tile] = Math.max(speeds[tile], speed);
    }
  }
  const best = names.reduce((a, b) => (speeds[b] > speeds[a] ? b : a));
  return { tile: speeds[best] > advantage * speeds.narrow ? best : "narrow", fused, speeds };
}

/** Element i of the operands, left and right one behind the other. */
const elementOf = (i: number): number => Math.fround(((i * 7919) % 1009) / 1009 - 0.4);

/** True where the sums are what float64 makes of them, in one element of each row. */
function isRight(bits: Int32Array): boolean {
  const results = new Float32Array(bits.buffer);
  for (let row = 0; row < m; row++) {
    const column = (row * 11) % n;
    let sum = 0;
    for (let i = 0; i < k; i++) sum += elementOf(row * k + i) * elementOf(m * k + i * n + column);
    if (!(Math.abs(results[row * n + column] - sum) < 1e-3)) return false;
  }
  return true;
}

/** The product in one shape, ready to run, and the bits that it gives. */
function contestant(tile: TileName): { run: () => void; result: Int32Array } {
  const product: Product = {
    kind: "product",
    name: "trial",
    batch: [],
    m,
    n,
    inner: [k],
    a: { buffer: 0, base: 0, batch: [], line: k, inner: [1] },
    b: { buffer: 1, base: 0, batch: [], line: 1, inner: [n] },
    stores: [
      { buffer: 2, at: { base: 0, coefficients: [n, 1] }, value: { kind: "product", dtype: "float32" } },
    ],
    packed: 3,
    packsAhead: true,
  };
  const lengths = [m * k, k * n, m * n, packingFor(tile)(product).words];
  let arenaBytes = 0;
  const offsets = lengths.map((length) => {
    const offset = arenaBytes;
    arenaBytes += Math.ceil((4 * length + 64) / 64) * 64;
    return offset;
  });
  const buffers = lengths.map((length, i): Program["buffers"][number] => ({
    dtype: "float32",
    length,
    place: { kind: "arena", offset: offsets[i] },
  }));
  const { bytes, block } = writeProgram(
    {
      buffers,
      steps: [{ kind: "pack", kernel: product }, { kind: "barrier" }, { kind: "kernel", kernel: product }],
      arenaBytes,
      outputs: [2],
      packedOnce: [],
    },
    { ...probe(), tile },
  );
  const blockAt = 64;
  const arena = blockAt + Math.ceil(block.bytes / 64) * 64;
  const memory = new WebAssembly.Memory({
    initial: Math.ceil((arena + arenaBytes) / 65_536),
    maximum: 65_536,
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { engine: { memory } });
  new Uint8Array(memory.buffer).set(block.contents(), blockAt);
  new Int32Array(memory.buffer)[blockAt / 4] = arena;
  const floats = new Float32Array(memory.buffer, arena);
  const right = offsets[1] / 4;
  for (let i = 0; i < m * k; i++) floats[i] = elementOf(i);
  for (let i = 0; i < k * n; i++) floats[right + i] = elementOf(m * k + i);
  const start = instance.exports.run as (block: number, thread: number, team: number) => number;
  const run = (): void => void start(blockAt, 0, 0);
  run();
  const at = arena + offsets[2];
  return { run, result: new Int32Array(memory.buffer.slice(at, at + 4 * m * n)) };
}
