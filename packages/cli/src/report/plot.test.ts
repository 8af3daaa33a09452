import { expect, it } from "vitest";
import { plot } from "./plot.ts";

it("draws a parabola: its ends, its zero, its axes", () => {
  const x = Array.from({ length: 17 }, (_, i) => i - 8);
  expect(
    plot(
      x,
      x.map((at) => at * at),
    ),
  ).toEqual([
    "64.00 *       |       *",
    "       *      |      *",
    "       *      |      *",
    "        *     |     *",
    "        *     |     *",
    "         *    |    *",
    "          *   |   *",
    "           *  |  *",
    "    0 ------*****------",
    "      -8.000      8.000",
  ]);
});

it("joins what is steep and leaves out what is not finite", () => {
  const marks = plot([-2, -1, 0, 1, 2], [-1, -1, 0, NaN, Infinity]);
  expect(
    marks
      .slice(0, -1)
      .map((line) => line.slice(-5))
      .join("\n"),
  ).not.toMatch(/NaN|Infinity/);
  expect(marks.filter((line) => line.includes("*"))).toHaveLength(9);
});

it("a constant lies in the middle", () => {
  expect(plot([0, 1], [3, 3])[4]).toMatch(/\*\*$/);
});
