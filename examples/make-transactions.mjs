// Makes examples/transactions.csv: invented card transactions, about 2% of them fraud.
//
//     node examples/make-transactions.mjs
//
// Honest trouble, on purpose. Most fraud hides among ordinary purchases and some customers behave oddly without being
// thieves, so a model that says "never fraud" is right 98 times in 100, and one that was trained on plain accuracy
// finds a minority of the frauds. Class weights or a lower threshold raise the recall, and cost precision.
//
// The bytes are the same on every machine: the random numbers come from a counter, and nothing but IEEE addition,
// multiplication and division touches them (the last digits of Math.exp and Math.log differ between engines).

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const rows = 20_000;
const seed = 7;
const fraudRate = 0.021;

/** What people buy, how often, for how much (the median, in euros), and how far prices spread on a log scale. */
const merchants = [
  { type: "groceries", share: 0.3, median: 31, spread: 0.7, online: 0.06 },
  { type: "restaurant", share: 0.19, median: 24, spread: 0.6, online: 0.1 },
  { type: "fuel", share: 0.12, median: 48, spread: 0.35, online: 0 },
  { type: "clothing", share: 0.12, median: 52, spread: 0.7, online: 0.45 },
  { type: "household", share: 0.1, median: 38, spread: 0.9, online: 0.35 },
  { type: "electronics", share: 0.06, median: 120, spread: 1.0, online: 0.6 },
  { type: "travel", share: 0.05, median: 190, spread: 0.9, online: 0.8 },
  { type: "games", share: 0.04, median: 15, spread: 0.7, online: 1 },
  { type: "gift_cards", share: 0.02, median: 50, spread: 0.5, online: 0.7 },
];

/** Purchases by hour of the day, midnight first: quiet nights, a bump at noon, the peak after work. */
const ordinaryHours = [
  4, 2, 1, 1, 1, 3, 10, 25, 40, 50, 58, 68, 80, 70, 62, 62, 72, 90, 95, 80, 58, 40, 24, 11,
];
/** Thieves keep later hours, but buy by day too. */
const thievesHours = [
  60, 62, 64, 58, 48, 34, 24, 22, 28, 36, 42, 46, 50, 48, 46, 46, 48, 52, 56, 56, 56, 58, 60, 60,
];

/**
 * How frauds look. Few are blatant; most lean only a little away from the ordinary.
 * The shifts are added on the log scale, so `amount: 0.7` doubles the usual amount.
 */
const schemes = [
  // A stolen card, used far from home for as much as it gives.
  {
    share: 0.28,
    amount: 1.5,
    distance: 2.3,
    extraPurchases: 1.2,
    online: 0.35,
    goods: ["electronics", "gift_cards", "travel"],
  },
  // Card numbers tried out, many small amounts within the hour.
  { share: 0.17, amount: -1.3, distance: 0.4, extraPurchases: 5, online: 1, goods: ["games", "gift_cards"] },
  // A taken-over account that shops almost as its owner would.
  { share: 0.55, amount: 0.55, distance: 0.5, extraPurchases: 0.3, online: 0.6, goods: undefined },
];

/**
 * A stream of numbers in [0, 1) for one row: the counter and the row are mixed as in MurmurHash3's finalizer.
 * @param {number} row
 */
function drawsOf(row) {
  let counter = 0;
  return () => {
    let h = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(++counter, 0x85ebca77) ^ Math.imul(seed, 0xc2b2ae3d);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * A nearly normal number, mean 0 and variance 1: twelve uniform ones have variance 12/12, and sums need no logarithm.
 * @param {() => number} draw
 */
function normal(draw) {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += draw();
  return sum;
}

/**
 * e^x from its series at x/64, squared six times over.
 * @param {number} x
 */
function exp(x) {
  const y = x / 64;
  let power = 1 + y * (1 + (y / 2) * (1 + (y / 3) * (1 + (y / 4) * (1 + y / 5))));
  for (let i = 0; i < 6; i++) power *= power;
  return power;
}

/**
 * The index at which a draw falls among weights.
 * @param {number} u in [0, 1)
 * @param {readonly number[]} weights
 */
function pick(u, weights) {
  let left = u * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (left -= weight) < 0);
  return index === -1 ? weights.length - 1 : index;
}

/**
 * How often something happened within the hour, for a given mean: each further time is as likely as the one before.
 * @param {() => number} draw
 * @param {number} mean
 */
function count(draw, mean) {
  let n = 0;
  while (n < 30 && draw() < mean / (1 + mean)) n++;
  return n;
}

/** @param {number} row */
function transaction(row) {
  const draw = drawsOf(row);
  const fraud = draw() < fraudRate;
  const scheme = fraud
    ? schemes[
        pick(
          draw(),
          schemes.map((s) => s.share),
        )
      ]
    : undefined;

  // Honest customers are odd at times: on a journey, or on the one large purchase of the year.
  const travelling = !fraud && draw() < 0.05;
  const splurging = !fraud && draw() < 0.03;

  const goods = scheme?.goods;
  const shares = merchants.map((m) => (goods && draw() < 0.7 ? (goods.includes(m.type) ? 1 : 0) : m.share));
  const merchant = merchants[pick(draw(), shares)];
  const hour = pick(draw(), fraud && draw() < 0.6 ? thievesHours : ordinaryHours);
  const online = draw() < (scheme ? 0.5 * merchant.online + 0.5 * scheme.online : merchant.online);

  // What this customer usually pays here; the purchase scatters around it.
  const usual = merchant.median * exp(merchant.spread * 0.6 * normal(draw));
  const ratio = exp(merchant.spread * 0.7 * normal(draw) + (scheme?.amount ?? 0) + (splurging ? 1.3 : 0));
  const distance = exp(1.3 + 1.1 * normal(draw) + (scheme?.distance ?? 0) + (travelling ? 3.2 : 0));
  const lastHour = count(draw, 0.35 + (scheme?.extraPurchases ?? 0) + (draw() < 0.04 ? 2 : 0));
  const minutesSince = exp((lastHour > 0 ? 2.9 : 6.1) + 0.8 * normal(draw));
  const accountAge = exp(6.6 + 0.9 * normal(draw) - (fraud ? 0.35 : 0));

  // Some terminals do not tell where they stand, and some accounts were moved from an older system without their date.
  const distanceKnown = draw() >= 0.02;
  const ageKnown = draw() >= 0.01;

  return [
    (usual * ratio + 0.5).toFixed(2),
    hour,
    merchant.type,
    online ? 0 : 1,
    distanceKnown ? distance.toFixed(1) : "",
    lastHour,
    minutesSince.toFixed(0),
    ratio.toFixed(2),
    ageKnown ? accountAge.toFixed(0) : "",
    fraud ? 1 : 0,
  ].join(",");
}

const header =
  "amount,hour,merchant_type,card_present,distance_from_home_km,transactions_last_hour,minutes_since_last," +
  "amount_vs_usual,account_age_days,fraud";

/** The whole file as text. */
export function makeTransactions() {
  return [header, ...Array.from({ length: rows }, (_, row) => transaction(row)), ""].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL("transactions.csv", import.meta.url)), makeTransactions());
}
