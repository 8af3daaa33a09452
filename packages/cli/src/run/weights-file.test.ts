import { expect, it } from "vitest";
import { decodeWeights, encodeWeights, type NamedWeight } from "./weights-file.ts";

const weights: NamedWeight[] = [
  { name: "dense/kernel", shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) },
  { name: "dense/bias", shape: [3], data: Float32Array.of(1e-40, 0, 7) },
  { name: "scale", shape: [], data: Float32Array.of(4) },
];

it("gives back every bit, names and shapes", () => {
  const again = decodeWeights(encodeWeights(weights), "w");
  expect(again.map(({ name, shape }) => [name, shape])).toEqual(
    weights.map(({ name, shape }) => [name, shape]),
  );
  for (const [i, { data }] of again.entries())
    expect(new Int32Array(data.buffer)).toEqual(new Int32Array(weights[i].data.buffer));
});

it("is a safetensors file: header length, JSON padded to 8 bytes, then the arrays", () => {
  const bytes = encodeWeights(weights);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  expect(header).toEqual({
    "dense/kernel": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
    "dense/bias": { dtype: "F32", shape: [3], data_offsets: [24, 36] },
    scale: { dtype: "F32", shape: [], data_offsets: [36, 40] },
  });
  expect(bytes.length).toBe(8 + length + 40);
});

it("refuses what is none", () => {
  const bytes = encodeWeights(weights);
  for (const damaged of [bytes.subarray(0, 4), bytes.subarray(0, 60), bytes.subarray(0, bytes.length - 1)])
    expect(() => decodeWeights(damaged, "runs/x/weights.safetensors")).toThrow(/PL5002.*runs\/x\/weights/);
});
