import { describe, expect, test } from "vitest";
import { Add, Concatenate, Dense, Input, input } from "../layers/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { Model, type AnyModel } from "./model.ts";
import { Sequential } from "./sequential.ts";

interface Box {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The boxes of a picture, by the bold line in each. */
function boxesOf(svg: string): Box[] {
  const found = svg.matchAll(
    /<rect class="[^"]*" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"[^>]*>\n<text class="name"[^>]*>([^<]*)/g,
  );
  return [...found].map(([, x, y, width, height, name]) => ({
    name,
    left: Number(x),
    right: Number(x) + Number(width),
    top: Number(y),
    bottom: Number(y) + Number(height),
  }));
}

/** A model with a layer that is shared, a line past several ranks, and a model inside. */
function branching(): AnyModel {
  const left = input({ shape: [3], name: "left" });
  const right = input({ shape: [3], name: "right & last" });
  const shared = new Dense(3, { name: "shared" });
  const inner = new Sequential([new Dense(3), new Dense(3)], { name: "inner" });
  const deep = inner.call(shared.call(shared.call(left)) as Tensor) as Tensor;
  const sum = new Add({ name: "sum" }).call([deep, left, right]) as Tensor;
  const frozen = new Dense(2, { name: "frozen", trainable: false });
  return new Model({
    inputs: [left, right],
    outputs: {
      first: frozen.call(sum),
      second: new Concatenate({ name: "cat" }).call([sum, deep]) as Tensor,
    },
  });
}

describe("a picture of a model", () => {
  const svg = branching().plot();
  const boxes = boxesOf(svg);
  const box = (name: string): Box => boxes.find((one) => one.name === name)!;

  test("has a box for each input, call and output, models inside being one", () => {
    expect(boxes.map(({ name }) => name).sort()).toEqual(
      [
        "left",
        "right &amp; last",
        "shared",
        "shared (call 2)",
        "inner",
        "sum",
        "frozen",
        "cat",
        "first",
        "second",
      ].sort(),
    );
    for (const words of ["InputLayer", "Dense, frozen", "[batch, 6]", "prefers-color-scheme: dark"])
      expect(svg).toContain(words);
  });

  test("no box lies on another, or outside", () => {
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
    for (const [i, one] of boxes.entries()) {
      expect(one.left).toBeGreaterThan(0);
      expect(one.right).toBeLessThan(width);
      expect(one.bottom).toBeLessThan(height);
      for (const other of boxes.slice(i + 1)) {
        const apart =
          one.right < other.left ||
          other.right < one.left ||
          one.bottom < other.top ||
          other.bottom < one.top;
        expect(apart, `${one.name} and ${other.name}`).toBe(true);
      }
    }
  });

  test("what is fed stands below what feeds it, and there is a tip for each", () => {
    for (const [from, to] of [
      ["left", "shared"],
      ["shared", "shared (call 2)"],
      ["shared (call 2)", "inner"],
      ["inner", "sum"],
      ["right &amp; last", "sum"],
      ["sum", "frozen"],
      ["frozen", "first"],
      ["cat", "second"],
    ])
      expect(box(from).bottom, `${from} above ${to}`).toBeLessThan(box(to).top);
    expect(svg.match(/class="tip"/g)?.length).toBe(boxes.length - 2);
  });

  test("of a stack is a column", () => {
    const stack = new Sequential([Input({ shape: [3] }), new Dense(2), new Dense(1)]);
    const column = boxesOf(stack.plot());
    expect(column.map(({ name }) => name)).toEqual(["input_layer", "dense", "dense_1"]);
    const middles = column.map(({ left, right }) => Math.round(left + right));
    expect(Math.max(...middles) - Math.min(...middles)).toBeLessThanOrEqual(1);
  });

  test("of a model that was not drawn is refused", () => {
    expect(() => new Sequential([new Dense(1)]).plot()).toThrow(/PL4002/);
  });
});

describe("the table of a branching model", () => {
  test("says what each layer is connected to, what is frozen, and, asked, what is inside", () => {
    const model = branching();
    const table = (options: object): string[] =>
      model
        .summary({ print: () => {}, ...options })
        .split("\n")
        .map((line) => line.replaceAll(/ +/g, " "));
    const lines = table({});
    expect(lines).toContain("│ sum (Add) │ [batch, 3] │ 0 │ inner, left, right & last │");
    expect(lines).toContain("│ shared (Dense) │ [batch, 3] │ 12 │ left; shared │");
    expect(lines).toContain("│ frozen (Dense) │ [batch, 2] │ 8 (frozen) │ sum │");
    expect(lines.at(-1)).toBe("Weights: 44 (176 B), of which trained: 36 (144 B), not trained: 8 (32 B)");
    expect(lines.join()).not.toContain("dense_1");
    expect(table({ expandNested: true }).join("\n")).toContain(
      "│ dense_1 (Dense) │ [batch, 3] │ 12 │ dense │",
    );
  });

  test("cuts names that are too wide", () => {
    const name = "x".repeat(200);
    const model = new Sequential([Input({ shape: [1] }), new Dense(1, { name })]);
    const lines = model.summary({ print: () => {} }).split("\n");
    expect(Math.max(...lines.slice(1, -1).map(({ length }) => length))).toBeLessThan(100);
    expect(lines.join()).toContain("…");
  });
});
