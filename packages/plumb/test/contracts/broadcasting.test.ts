/** Broadcasting, reductions and slices over random shapes, empty ones too, against plain loops. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { broadcastShapes, sizeOf, stridesOf, type Shape } from "../../src/base/shape.ts";
import * as plumb from "../../src/tensor/index.ts";
import { tensor, type Tensor } from "../../src/tensor/index.ts";

/** Small whole numbers: sums and products of them are exact in float32, so that results can be compared exactly. */
const whole = fc.integer({ min: -4, max: 4 });
const extent = fc.integer({ min: 0, max: 4 });
const shapes = (minLength = 0): fc.Arbitrary<number[]> => fc.array(extent, { minLength, maxLength: 4 });

interface Dense {
  readonly shape: Shape;
  readonly values: readonly number[];
}
const dense = (shape: Shape): fc.Arbitrary<Dense> =>
  fc
    .array(whole, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
    .map((values) => ({ shape, values }));
const toTensor = ({ shape, values }: Dense): Tensor => tensor(Float32Array.from(values), shape);

/** Every coordinate of a shape, in row-major order. */
function coordinates(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) =>
    stridesOf(shape).map((stride, axis) => Math.floor(flat / stride) % shape[axis]),
  );
}

/** The element at a coordinate, where axes of extent 1 are read over and over and surplus leading axes are ignored. */
function at({ shape, values }: Dense, coordinate: readonly number[]): number {
  const own = coordinate.slice(coordinate.length - shape.length);
  return values[
    stridesOf(shape).reduce((sum, stride, axis) => sum + stride * (shape[axis] === 1 ? 0 : own[axis]), 0)
  ];
}

function expectSame(actual: Tensor, shape: Shape, values: readonly number[]): void {
  expect(actual.shape).toEqual(shape);
  expect(Array.from(actual.dataSync(), (value) => value + 0)).toEqual(values.map((value) => value + 0));
}

/** Two or three shapes that broadcast: one shape with some leading axes cut off and some axes set to 1. */
const broadcastable = (count: number): fc.Arbitrary<number[][]> =>
  shapes().chain((shape) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc
          .tuple(
            fc.nat(shape.length),
            fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
          )
          .map(([cut, ones]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(cut)),
      ),
    ),
  );

describe("broadcasting", () => {
  it("pairs elements as nested loops do", () => {
    const operands = broadcastable(2).chain(([a, b]) => fc.tuple(dense(a), dense(b)));
    fc.assert(
      fc.property(operands, ([a, b]) => {
        const shape = broadcastShapes(a.shape, b.shape)!;
        const pairs = coordinates(shape).map((c) => [at(a, c), at(b, c)]);
        const [x, y] = [toTensor(a), toTensor(b)];
        expectSame(x.sub(y), shape, pairs.map(([p, q]) => p - q)); // prettier-ignore
        expectSame(x.mul(y), shape, pairs.map(([p, q]) => p * q)); // prettier-ignore
        expectSame(x.less(y), shape, pairs.map(([p, q]) => Number(p < q))); // prettier-ignore
      }),
    );
  });

  it("takes three operands in where", () => {
    const operands = broadcastable(3).chain(([c, a, b]) => fc.tuple(dense(c), dense(a), dense(b)));
    fc.assert(
      fc.property(operands, ([c, a, b]) => {
        const shape = broadcastShapes(broadcastShapes(c.shape, a.shape)!, b.shape)!;
        const expected = coordinates(shape).map((k) => (at(c, k) !== 0 ? at(a, k) : at(b, k)));
        expectSame(plumb.where(toTensor(c), toTensor(a), toTensor(b)), shape, expected);
      }),
    );
  });

  it("sums the gradient over what was repeated", () => {
    const operands = broadcastable(2).chain(([a, b]) => fc.tuple(dense(a), dense(b)));
    fc.assert(
      fc.property(operands, ([a, b]) => {
        const [x, y] = [toTensor(a), toTensor(b)];
        const [dx] = plumb.gradients(x.mul(y).sum(), [x]);
        const expected = a.values.map(() => 0);
        const places = coordinates(a.shape).map(String);
        for (const c of coordinates(broadcastShapes(a.shape, b.shape)!)) {
          const own = c.slice(c.length - a.shape.length).map((i, axis) => (a.shape[axis] === 1 ? 0 : i));
          expected[places.indexOf(String(own))] += at(b, c);
        }
        expectSame(dx, a.shape, expected);
      }),
    );
  });

  it("says PL1001, with both shapes, for all that do not broadcast", () => {
    fc.assert(
      fc.property(shapes(), shapes(), (a, b) => {
        fc.pre(broadcastShapes(a, b) === undefined);
        expect(() => plumb.zeros(a).add(plumb.zeros(b))).toThrow(
          /PL1001.*add of float32 \[.*\] and float32 \[.*axis -\d has \d and \d/s,
        );
      }),
    );
  });

  it("multiplies matrices with leading axes that broadcast", () => {
    const matrices = fc
      .tuple(broadcastable(2), extent, extent, extent)
      .chain(([[a, b], m, k, n]) => fc.tuple(dense([...a.slice(-2), m, k]), dense([...b.slice(-2), k, n])));
    fc.assert(
      fc.property(matrices, ([a, b]) => {
        const lead = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2))!;
        const [m, k] = a.shape.slice(-2);
        const shape = [...lead, m, b.shape.at(-1)!];
        const expected = coordinates(shape).map((c) => {
          const [outer, [i, j]] = [c.slice(0, -2), c.slice(-2)];
          let sum = 0;
          for (let l = 0; l < k; l++) sum += at(a, [...outer, i, l]) * at(b, [...outer, l, j]);
          return sum;
        });
        expectSame(toTensor(a).matmul(toTensor(b)), shape, expected);
      }),
    );
  });
});

describe("reductions", () => {
  const folds = {
    sum: { of: (line: number[]) => line.reduce((a, b) => a + b, 0) },
    prod: { of: (line: number[]) => line.reduce((a, b) => a * b, 1) },
    max: { of: (line: number[]) => Math.max(...line) },
    min: { of: (line: number[]) => Math.min(...line) },
    mean: { of: (line: number[]) => Math.fround(line.reduce((a, b) => a + b, 0) / line.length) },
    any: { of: (line: number[]) => Number(line.some((value) => value !== 0)) },
    all: { of: (line: number[]) => Number(line.every((value) => value !== 0)) },
  };
  const cases = shapes().chain((shape) =>
    fc.tuple(dense(shape), fc.subarray([...shape.keys()]), fc.boolean(), fc.boolean()),
  );

  it.each(Object.entries(folds))("%s folds the lines that loops fold", (name, { of }) => {
    fc.assert(
      fc.property(cases, ([x, axes, keepDims, fromEnd]) => {
        const asked = fromEnd ? axes.map((axis) => axis - x.shape.length) : axes;
        const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        const lines = new Map(coordinates(kept).map((c) => [String(c), [] as number[]]));
        for (const c of coordinates(x.shape)) {
          lines.get(String(c.map((i, axis) => (axes.includes(axis) ? 0 : i))))!.push(at(x, c));
        }
        const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
        const method = toTensor(x)[name as keyof typeof folds];
        expectSame(method.call(toTensor(x), asked, { keepDims }), shape, [...lines.values()].map(of));
      }),
      { numRuns: 60 },
    );
  });

  it("argmax and argmin point at the first of equals", () => {
    const lines = shapes(1)
      .filter((shape) => shape.at(-1)! > 0)
      .chain(dense);
    fc.assert(
      fc.property(lines, (x) => {
        const rows = coordinates(x.shape.slice(0, -1)).map((c) =>
          Array.from({ length: x.shape.at(-1)! }, (_, i) => at(x, [...c, i])),
        );
        const lead = x.shape.slice(0, -1);
        expectSame(toTensor(x).argmax(-1), lead, rows.map((row) => row.indexOf(Math.max(...row)))); // prettier-ignore
        expectSame(toTensor(x).argmin(-1), lead, rows.map((row) => row.indexOf(Math.min(...row)))); // prettier-ignore
      }),
    );
  });

  it("cumsum adds up lines from either end", () => {
    const cases = shapes(1).chain((shape) =>
      fc.tuple(dense(shape), fc.nat(shape.length - 1), fc.boolean(), fc.boolean()),
    );
    fc.assert(
      fc.property(cases, ([x, axis, exclusive, reverse]) => {
        const expected = coordinates(x.shape).map((c) => {
          let sum = 0;
          for (let i = 0; i < x.shape[axis]; i++) {
            const before = reverse ? i > c[axis] : i < c[axis];
            if (before || (!exclusive && i === c[axis])) sum += at(x, c.with(axis, i));
          }
          return sum;
        });
        expectSame(toTensor(x).cumsum(axis, { exclusive, reverse }), x.shape, expected);
      }),
    );
  });
});

describe("movement", () => {
  /** A slice that fits: per axis a start, a size and a step, forwards or backwards, sizes of 0 among them. */
  const slices = shapes().chain((shape) =>
    fc.tuple(
      dense(shape),
      fc.tuple(
        ...shape.map((size) =>
          fc
            .record({
              from: fc.nat(Math.max(0, size - 1)),
              step: fc.constantFrom(1, 2, 3, -1, -2),
              take: fc.nat(4),
            })
            .map(({ from, step, take }) => {
              const reach =
                size === 0 ? 0 : Math.floor((step > 0 ? size - 1 - from : from) / Math.abs(step)) + 1;
              return { start: from, step, size: Math.min(take, reach) };
            }),
        ),
      ),
    ),
  );

  it("slice walks as loops with start, size and step do", () => {
    fc.assert(
      fc.property(slices, ([x, parts]) => {
        const [start, size, step] = (["start", "size", "step"] as const).map((key) =>
          parts.map((part) => part[key]),
        );
        const expected = coordinates(size).map((c) => at(x, c.map((i, axis) => start[axis] + i * step[axis]))); // prettier-ignore
        expectSame(toTensor(x).slice(start, size, step), size, expected);
      }),
    );
  });

  it("the gradient of slice goes back where it was read", () => {
    fc.assert(
      fc.property(slices, ([x, parts]) => {
        const [start, size, step] = (["start", "size", "step"] as const).map((key) =>
          parts.map((part) => part[key]),
        );
        const input = toTensor(x);
        const [dx] = plumb.gradients(input.slice(start, size, step).sum(), [input]);
        const read = new Set(
          coordinates(size).map((c) => String(c.map((i, axis) => start[axis] + i * step[axis]))),
        );
        expectSame(dx, x.shape, coordinates(x.shape).map((c) => Number(read.has(String(c))))); // prettier-ignore
      }),
    );
  });

  it("pad surrounds, and slice undoes it", () => {
    const cases = shapes().chain((shape) =>
      fc.tuple(dense(shape), fc.tuple(...shape.map(() => fc.tuple(fc.nat(2), fc.nat(2)))), whole),
    );
    fc.assert(
      fc.property(cases, ([x, widths, value]) => {
        const shape = x.shape.map((size, axis) => widths[axis][0] + size + widths[axis][1]);
        const expected = coordinates(shape).map((c) => {
          const inner = c.map((i, axis) => i - widths[axis][0]);
          return inner.every((i, axis) => i >= 0 && i < x.shape[axis]) ? at(x, inner) : value;
        });
        const padded = toTensor(x).pad(widths, value);
        expectSame(padded, shape, expected);
        expectSame(padded.slice(widths.map(([before]) => before), x.shape), x.shape, x.values); // prettier-ignore
      }),
    );
  });

  it("transpose, flip and reshape move every element to its place", () => {
    const cases = shapes().chain((shape) =>
      fc.tuple(
        dense(shape),
        fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
        fc.subarray([...shape.keys()]),
      ),
    );
    fc.assert(
      fc.property(cases, ([x, order, turned]) => {
        const input = toTensor(x);
        const moved = order.map((axis) => x.shape[axis]);
        const expected = coordinates(moved).map((c) => at(x, order.map((_, axis) => c[order.indexOf(axis)]))); // prettier-ignore
        expectSame(input.transpose(order), moved, expected);
        const flipped = coordinates(x.shape).map((c) =>
          c.map((i, axis) => (turned.includes(axis) ? x.shape[axis] - 1 - i : i)),
        );
        expectSame(input.flip(turned), x.shape, flipped.map((c) => at(x, c))); // prettier-ignore
        expectSame(input.reshape([sizeOf(x.shape)]).reshape([...x.shape, 1]), [...x.shape, 1], x.values);
      }),
    );
  });

  it("concat puts parts one after the other, and split takes them apart", () => {
    const cases = shapes(1).chain((shape) =>
      fc.nat(shape.length - 1).chain((axis) =>
        fc.tuple(
          fc.constant(axis),
          fc
            .array(extent, { minLength: 1, maxLength: 3 })
            .chain((sizes) => fc.tuple(...sizes.map((size) => dense(shape.with(axis, size))))),
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([axis, parts]) => {
        const sizes = parts.map((part) => part.shape[axis]);
        const shape = parts[0].shape.with(axis, sizes.reduce((a, b) => a + b, 0)); // prettier-ignore
        const expected = coordinates(shape).map((c) => {
          let [part, i] = [0, c[axis]];
          while (i >= sizes[part]) i -= sizes[part++];
          return at(parts[part], c.with(axis, i));
        });
        const joined = plumb.concat(parts.map(toTensor), axis);
        expectSame(joined, shape, expected);
        joined.split(sizes, axis).forEach((piece, i) => expectSame(piece, parts[i].shape, parts[i].values));
      }),
    );
  });

  it("gather picks lines, and scatterAdd puts them back", () => {
    const cases = shapes(1)
      .chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1)))
      .filter(([shape, axis]) => shape[axis] > 0)
      .chain(([shape, axis]) =>
        fc.tuple(dense(shape), fc.constant(axis), fc.array(fc.nat(shape[axis] - 1), { maxLength: 5 })),
      );
    fc.assert(
      fc.property(cases, ([x, axis, picked]) => {
        const shape = x.shape.with(axis, picked.length);
        const gathered = toTensor(x).gather(tensor(Int32Array.from(picked)), axis);
        expectSame(gathered, shape, coordinates(shape).map((c) => at(x, c.with(axis, picked[c[axis]])))); // prettier-ignore
        const times = coordinates(x.shape).map((c) => at(x, c) * picked.filter((i) => i === c[axis]).length);
        expectSame(
          plumb.scatterAdd(gathered, tensor(Int32Array.from(picked)), axis, x.shape),
          x.shape,
          times,
        );
      }),
    );
  });

  it("sort puts lines in order, ties in the order they came in", () => {
    fc.assert(
      fc.property(shapes(1).chain(dense), fc.boolean(), (x, descending) => {
        const lead = coordinates(x.shape.slice(0, -1));
        const rows = lead.map((c) => Array.from({ length: x.shape.at(-1)! }, (_, i) => at(x, [...c, i])));
        const orders = rows.map((row) =>
          row.map((_, i) => i).sort((i, j) => (descending ? row[j] - row[i] : row[i] - row[j])),
        );
        expectSame(toTensor(x).argsort(-1, { descending }), x.shape, orders.flat());
        expectSame(toTensor(x).sort(-1, { descending }), x.shape, orders.flatMap((order, r) => order.map((i) => rows[r][i]))); // prettier-ignore
      }),
    );
  });
});
