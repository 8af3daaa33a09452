import { expect, test } from "vitest";
import { fingerprint64, sipHash } from "./hashes.ts";

const text = "Ein Text – mit Umlauten: äöü, und 漢字. ".repeat(20);

// Google's implementation in C++ (farmhash 1.1), on beginnings of that text: characters, bytes, fingerprint.
const fingerprints: readonly (readonly [number, number, bigint])[] = [
  [0, 0, 11160318154034397263n],
  [1, 1, 4541520914757299012n],
  [3, 3, 8515129585022877262n],
  [4, 4, 1741451799812539600n],
  [7, 7, 16077778775959094678n],
  [8, 8, 4733247825692410400n],
  [12, 14, 10200215200321674231n],
  [16, 18, 13289294167718749815n],
  [20, 22, 3935432580186257194n],
  [28, 33, 5747402268950607278n],
  [29, 34, 11525330002853521766n],
  [40, 49, 14329181865965809774n],
  [57, 68, 2662666732799463218n],
  [58, 69, 9916083769029844638n],
  [59, 70, 7564815581883684435n],
  [64, 76, 11432201530080234979n],
  [100, 120, 13852176572774820796n],
  [118, 145, 18172576066833426683n],
  [200, 247, 15299807381393539856n],
  [400, 492, 1947987795997197897n],
];

test.each(fingerprints)("the fingerprint of %s characters, %s bytes", (length, bytes, hash) => {
  const given = text.slice(0, length);
  expect(new TextEncoder().encode(given).byteLength).toBe(bytes);
  expect(fingerprint64(given)).toBe(hash);
});

const digits: readonly (readonly [number, bigint])[] = [
  [64, 11636146988777055769n],
  [65, 3297966005566417389n],
  [127, 13789306220913622218n],
  [128, 15492645990711162043n],
  [129, 11740559919535839079n],
  [192, 16316106238851010709n],
];

test.each(digits)("the fingerprint around whole blocks of 64 bytes: %s of them", (length, hash) => {
  expect(fingerprint64("0123456789".repeat(20).slice(0, length))).toBe(hash);
});

test("SipHash-2-4 of the vector in its paper", () => {
  const key = [0x0706050403020100n, 0x0f0e0d0c0b0a0908n] as const;
  const message = String.fromCharCode(...Array.from({ length: 15 }, (_, i) => i));
  expect(sipHash(message, key)).toBe(0xa129ca6149be45e5n);
});

test("SipHash takes texts of any length, and every character counts", () => {
  const hashes = Array.from({ length: 40 }, (_, length) => sipHash("a".repeat(length), [1n, 2n]));
  expect(new Set(hashes).size).toBe(40);
  expect(sipHash("aaaaaaaab", [1n, 2n])).not.toBe(hashes[9]);
  expect(sipHash("a", [2n, 1n])).not.toBe(hashes[1]);
});
