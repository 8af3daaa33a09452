import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { alignColumns, cut, plural, showNumber } from "./format.ts";
import { showProgress } from "./progress.ts";
import { shortened } from "./report.ts";

it("numbers have the digits that a reader needs", () => {
  const shown = [0, 1, 0.98079, 12.3456, 51266.7, 0.0000421, -0.5, NaN, 2e20].map(showNumber);
  expect(shown).toEqual([
    "0",
    "1.000",
    "0.9808",
    "12.35",
    "51,267",
    "4.210e-5",
    "-0.5000",
    "NaN",
    "2.000e+20",
  ]);
});

it("words and tables", () => {
  expect([plural(1, "row"), plural(1200, "row"), plural(2, "class")]).toEqual([
    "1 row",
    "1,200 rows",
    "2 classes",
  ]);
  expect(cut("chrysanthemum", 6)).toBe("chrys…");
  expect(
    alignColumns([
      ["a", "b"],
      ["long", "1"],
      ["x", "100"],
    ]),
  ).toEqual(["a       b", "long    1", "x     100"]);
  expect(shortened(["a", "b", "c", "d"], 3)).toEqual([
    "a",
    "b",
    "… and 2 more of this kind, all in prepare.json",
  ]);
});

function watched(isTTY: boolean): {
  readonly written: () => string;
  readonly stream: Writable & { isTTY?: boolean };
} {
  let text = "";
  const stream = new Writable({
    write(piece, _, done) {
      text += String(piece);
      done();
    },
  });
  return { written: () => text, stream: Object.assign(stream, { isTTY, columns: 120 }) };
}

it("on a terminal one line renews itself, elsewhere a line comes now and then", () => {
  const [terminal, file] = [watched(true), watched(false)];
  for (const { stream } of [terminal, file]) {
    const progress = showProgress(stream, 200);
    for (let epoch = 1; epoch <= 40; epoch++)
      progress.epoch(epoch, { loss: 1 / epoch, val_loss: 2 / epoch }, 0.001);
    progress.stop();
  }
  expect(
    file
      .written()
      .trimEnd()
      .split("\n")
      .map((line) => line.split("/")[0]),
  ).toEqual(["epoch 1", "epoch 10", "epoch 20", "epoch 30", "epoch 40"]);
  expect(file.written()).toMatch(
    /epoch 40\/200 {2}loss 0\.0250 {2}val_loss 0\.0500 {2}rate 0\.001 {2}eta \d+s/,
  );
  expect(terminal.written()).toMatch(/epoch \d+\/200 [█░]{20} loss \S+ · val_loss \S+ · rate 0\.001 · eta /);
  expect(terminal.written()).not.toMatch(/\n.*\n/);
});
