/**
 * Random tensors from the counter-based generator of `base/seed.ts`: the same numbers on every backend and thread count.
 * Each call is one or two draws of the global generator, made when it is recorded (in a compiled function: at each run).
 * With `seed` a call stands alone: the same numbers every time, and the global generator does not move.
 */
import { PlumbError } from "../base/errors.ts";
import { real, unchecked } from "../base/parameters.ts";
import { keyOf, nextDraw, setGeneratorState, SeedGenerator, type Draw } from "../base/seed.ts";
import type { Shape } from "../base/shape.ts";
import type { Node } from "../graph/node.ts";
import { g } from "../ops/builder.ts";
import { bitsToUnit, randomBits } from "../ops/random.ts";
import { minimum, sqrt } from "../ops/elementwise.ts";
import { argsort as argsortOp } from "../ops/sort.ts";
import { draw as drawOp } from "../ops/source.ts";
import { currentTrace, drawnInSteps } from "./context.ts";
import { elementwiseFunctions } from "./elementwise.ts";
import { asShape, numberNode, type ShapeLike, type TensorLike } from "./operand.ts";
import { optionsOf } from "./options.ts";
import { Tensor } from "./tensor.ts";

const { less } = elementwiseFunctions;

export interface RandomOptions {
  /**
   * Makes the call independent of the global generator: the same numbers for the same number, or the next ones of a
   * `SeedGenerator`.
   */
  readonly seed?: number | SeedGenerator;
}

// The generator looks at its seed itself, and `uniform` at whether its bounds are finite and in order.
const seeded = {
  seed: unchecked<number | SeedGenerator | undefined>(undefined, "Makes the call independent"),
};
const isNumber = (value: unknown): boolean => typeof value === "number";
const seedOptions = optionsOf(seeded);
const uniformOptions = optionsOf({
  ...seeded,
  low: { ...real(0, "The lowest value"), accepts: isNumber },
  high: { ...real(1, "What all values lie below"), accepts: isNumber },
});
const normalOptions = optionsOf({
  ...seeded,
  mean: real(0, "The mean"),
  stddev: real(1, "The standard deviation"),
});

/** Puts the global generator at the beginning of the sequence of `seed`, a whole number. PL4004 for anything else. */
export function seed(seed: number): void {
  setGeneratorState({ seed, counter: 0 });
}

/** The three words that name a draw; `salt` tells the draws of one call with a seed apart. */
function drawNodes(given: number | SeedGenerator | undefined, salt: number): readonly Node[] {
  if (given !== undefined && !(given instanceof SeedGenerator)) return wordsOf([...keyOf(given), salt]);
  const trace = currentTrace();
  if (!trace) return drawnInSteps(wordsOf(given?.next() ?? nextDraw()));
  const next = (): Draw => given?.next() ?? nextDraw(); // a function of its own: it is what tells this draw from others
  trace.draws.push(next);
  return drawnInSteps(
    ([0, 1, 2] as const).map((word) => g.node(drawOp, [], {}, { kind: "draw", word, next })),
  );
}

const wordsOf = (draw: Draw): Node[] => draw.map((word) => numberNode(word, "int32"));

const bits = (shape: ShapeLike, options: RandomOptions, salt = 0): Node =>
  g.node(randomBits, drawNodes(options.seed, salt), { shape: asShape(shape) });

/** Uniform in [0, 1), in steps of 2⁻²⁴. */
const unit = (shape: ShapeLike, options: RandomOptions, salt = 0): Node =>
  g.node(bitsToUnit, [bits(shape, options, salt)]);

const over = (x: Node, shape: Shape): Node => g.broadcast(x, shape);

/** low + (high − low) · unit. */
function scaled(values: Node, factor: number, offset: number): Node {
  const { shape } = values;
  return g.add(
    g.mul(values, over(numberNode(factor, "float32"), shape)),
    over(numberNode(offset, "float32"), shape),
  );
}

/** The largest float32 below a float32. */
function floatBelow(x: number): number {
  const float = Float32Array.of(x);
  const bits = new Int32Array(float.buffer);
  if (x === 0) return -(2 ** -149);
  bits[0] += x > 0 ? -1 : 1;
  return float[0];
}

/** Two independent standard normals per element: Box and Muller (1958). */
function normalPair(shape: ShapeLike, options: RandomOptions, salt = 0): readonly [Node, Node] {
  const radial = unit(shape, options, salt);
  const one = g.constant(1, radial);
  // ln(1 − u): u can be 0 but never 1.
  const squared = g.mul(g.constant(-2, radial), g.log(g.sub(one, radial)));
  const radius = g.node(sqrt, [squared]);
  const angle = g.mul(g.constant(2 * Math.PI, radial), unit(shape, options, salt + 1));
  return [g.mul(radius, g.cos(angle)), g.mul(radius, g.sin(angle))];
}

/**
 * Random tensors: `random.uniform`, `random.normal`, `random.bernoulli` and others, from the seeded generator. PL4004 for
 * options that they do not take.
 */
export const random = {
  /** Uniform in [low, high), both rounded to float32; `low` where they are equal. PL4004 unless low ≤ high. */
  uniform(
    shape: ShapeLike,
    options?: RandomOptions & { readonly low?: number; readonly high?: number },
  ): Tensor {
    const given = uniformOptions("random.uniform", options);
    const [low, high] = [Math.fround(given.low), Math.fround(given.high)];
    if (!(low <= high && Number.isFinite(high - low))) {
      throw new PlumbError("PL4004", {
        asked: `random.uniform from ${low} to ${high}`,
        why: "low and high are finite, and low is not above high",
        fix: "write random.uniform(shape, { low: -1, high: 1 })",
      });
    }
    const values = scaled(unit(shape, given), high - low, low);
    // Between 100 and 101 floats are 2⁻¹⁷ apart, and 1 − 2⁻²⁴ of the way is rounded up to 101.
    const most = over(numberNode(Math.max(low, floatBelow(high)), "float32"), values.shape);
    return new Tensor(g.node(minimum, [values, most]), 12);
  },

  /** Normal, float32. The tails end at 5.77 standard deviations: the radius comes from 24 random bits. */
  normal(
    shape: ShapeLike,
    options?: RandomOptions & { readonly mean?: number; readonly stddev?: number },
  ): Tensor {
    const given = normalOptions("random.normal", options);
    const { mean, stddev } = given;
    return new Tensor(scaled(normalPair(shape, given)[0], stddev, mean), 20);
  },

  /** Normal without what lies beyond two standard deviations, float32: values there are drawn again. */
  truncatedNormal(
    shape: ShapeLike,
    options?: RandomOptions & { readonly mean?: number; readonly stddev?: number },
  ): Tensor {
    const given = normalOptions("random.truncatedNormal", options);
    const { mean, stddev } = given;
    // Eight candidates; all lie outside for one element in 5·10¹⁰, which then is 0.
    let chosen: Node | undefined;
    for (let salt = 0; salt < 8; salt += 2) {
      for (const candidate of normalPair(shape, given, salt)) {
        const inside = g.less(g.mul(candidate, candidate), g.constant(4, candidate));
        chosen = g.where(inside, candidate, chosen ?? g.constant(0, candidate));
      }
    }
    return new Tensor(scaled(chosen!, stddev, mean), 90);
  },

  /** bool: true with probability `p`. */
  bernoulli(shape: ShapeLike, p: TensorLike, options?: RandomOptions): Tensor {
    return less(new Tensor(unit(shape, seedOptions("random.bernoulli", options)), 8), p);
  },

  /** 0 … n − 1 in random order, int32 `[n]`. */
  permutation(n: number, options?: RandomOptions): Tensor {
    const drawn = bits([n], seedOptions("random.permutation", options));
    return new Tensor(g.node(argsortOp, [drawn], { axis: 0, descending: false }), 8);
  },
};
