/**
 * Hashes of texts as Keras's layers have them, so that the same text falls into the same bucket here and there. Bytes are
 * those of UTF-8, words are little-endian, and all arithmetic is modulo 2⁶⁴.
 */

const u64 = (x: bigint): bigint => BigInt.asUintN(64, x);
const times = (a: bigint, b: bigint): bigint => u64(a * b);
const rotateLeft = (x: bigint, by: bigint): bigint => u64(x << by) | (x >> (64n - by));
const rotateRight = (x: bigint, by: bigint): bigint => rotateLeft(x, 64n - by);

const bytesOf = (text: string): DataView => {
  const { buffer, byteOffset, byteLength } = new TextEncoder().encode(text);
  return new DataView(buffer, byteOffset, byteLength);
};
const word = (bytes: DataView, at: number): bigint => bytes.getBigUint64(at, true);
const halfWord = (bytes: DataView, at: number): bigint => BigInt(bytes.getUint32(at, true));
const byte = (bytes: DataView, at: number): bigint => BigInt(bytes.getUint8(at));

// FarmHash's three large primes.
const k0 = 0xc3a5c85c97cb3127n;
const k1 = 0xb492b66fbe98f273n;
const k2 = 0x9ae16a3b2f90404fn;

const shiftMix = (x: bigint): bigint => x ^ (x >> 47n);

/** Two words in one. */
function mix(u: bigint, v: bigint, by: bigint): bigint {
  const a = shiftMix(times(u ^ v, by));
  return times(shiftMix(times(v ^ a, by)), by);
}

/**
 * The 64-bit fingerprint of a text: `Fingerprint64` of FarmHash (G. Pike, 2014), which TensorFlow's
 * `to_hash_bucket_fast` takes the remainder of.
 */
export function fingerprint64(text: string): bigint {
  const bytes = bytesOf(text);
  const length = bytes.byteLength;
  if (length <= 16) return upTo16(bytes, length);
  if (length <= 32) return upTo32(bytes, length);
  if (length <= 64) return upTo64(bytes, length);
  return longer(bytes, length);
}

function upTo16(bytes: DataView, length: number): bigint {
  const by = u64(k2 + 2n * BigInt(length));
  if (length >= 8) {
    const a = u64(word(bytes, 0) + k2);
    const b = word(bytes, length - 8);
    const c = u64(times(rotateRight(b, 37n), by) + a);
    const d = times(rotateRight(a, 25n) + b, by);
    return mix(c, d, by);
  }
  if (length >= 4) return mix(BigInt(length) + (halfWord(bytes, 0) << 3n), halfWord(bytes, length - 4), by);
  if (length === 0) return k2;
  const y = byte(bytes, 0) + (byte(bytes, length >> 1) << 8n);
  const z = BigInt(length) + (byte(bytes, length - 1) << 2n);
  return times(shiftMix(times(y, k2) ^ times(z, k0)), k2);
}

function upTo32(bytes: DataView, length: number): bigint {
  const by = u64(k2 + 2n * BigInt(length));
  const a = times(word(bytes, 0), k1);
  const b = word(bytes, 8);
  const c = times(word(bytes, length - 8), by);
  const d = times(word(bytes, length - 16), k2);
  return mix(
    u64(rotateRight(u64(a + b), 43n) + rotateRight(c, 30n) + d),
    u64(a + rotateRight(u64(b + k2), 18n) + c),
    by,
  );
}

function upTo64(bytes: DataView, length: number): bigint {
  const by = u64(k2 + 2n * BigInt(length));
  const a = times(word(bytes, 0), k2);
  const b = word(bytes, 8);
  const c = times(word(bytes, length - 8), by);
  const d = times(word(bytes, length - 16), k2);
  const y = u64(rotateRight(u64(a + b), 43n) + rotateRight(c, 30n) + d);
  const z = mix(y, u64(a + rotateRight(u64(b + k2), 18n) + c), by);
  const e = times(word(bytes, 16), by);
  const f = word(bytes, 24);
  const g = times(y + word(bytes, length - 32), by);
  const h = times(z + word(bytes, length - 24), by);
  return mix(
    u64(rotateRight(u64(e + f), 43n) + rotateRight(g, 30n) + h),
    u64(e + rotateRight(u64(f + a), 18n) + g),
    by,
  );
}

type Pair = readonly [bigint, bigint];

/** 32 bytes from `at`, and two seeds, in two words. */
function weak(bytes: DataView, at: number, seedA: bigint, seedB: bigint): Pair {
  const [w, x, y, z] = [0, 8, 16, 24].map((offset) => word(bytes, at + offset));
  const a = u64(seedA + w);
  const sum = u64(a + x + y);
  const b = u64(rotateRight(u64(seedB + a + z), 21n) + rotateRight(sum, 44n));
  return [u64(sum + z), u64(b + a)];
}

/** Blocks of 64 bytes, then the last 64 bytes, which may reach back into a block that was read. */
function longer(bytes: DataView, length: number): bigint {
  let x = 81n;
  let y = u64(81n * k1 + 113n);
  let z = times(shiftMix(u64(times(y, k2) + 113n)), k2);
  let v: Pair = [0n, 0n];
  let w: Pair = [0n, 0n];
  x = u64(x * k2 + word(bytes, 0));

  /** One block; the first has a multiplier of its own, the last weighs its parts ninefold. */
  const block = (at: number, by: bigint, weight: bigint): void => {
    x = times(rotateRight(u64(x + y + v[0] + word(bytes, at + 8)), 37n), by);
    y = times(rotateRight(u64(y + v[1] + word(bytes, at + 48)), 42n), by);
    x ^= times(w[1], weight);
    y = u64(y + v[0] * weight + word(bytes, at + 40));
    z = times(rotateRight(u64(z + w[0]), 33n), by);
    v = weak(bytes, at, times(v[1], by), u64(x + w[0]));
    w = weak(bytes, at + 32, u64(z + w[1]), u64(y + word(bytes, at + 16)));
    [z, x] = [x, z];
  };
  const end = 64 * Math.floor((length - 1) / 64);
  for (let at = 0; at < end; at += 64) block(at, k1, 1n);

  const by = u64(k1 + ((z & 0xffn) << 1n));
  w = [u64(w[0] + BigInt((length - 1) % 64)), w[1]];
  v = [u64(v[0] + w[0]), v[1]];
  w = [u64(w[0] + v[0]), w[1]];
  block(length - 64, by, 9n);
  return mix(u64(mix(v[0], w[0], by) + times(shiftMix(y), k0) + z), u64(mix(v[1], w[1], by) + x), by);
}

/**
 * The keyed 64-bit hash SipHash-2-4 (Aumasson and Bernstein, 2012) of a text, which TensorFlow's `to_hash_bucket_strong`
 * takes the remainder of.
 */
export function sipHash(text: string, [key0, key1]: readonly [bigint, bigint]): bigint {
  const bytes = bytesOf(text);
  const length = bytes.byteLength;
  let v0 = 0x736f6d6570736575n ^ key0;
  let v1 = 0x646f72616e646f6dn ^ key1;
  let v2 = 0x6c7967656e657261n ^ key0;
  let v3 = 0x7465646279746573n ^ key1;
  const rounds = (count: number): void => {
    for (let i = 0; i < count; i++) {
      v0 = u64(v0 + v1);
      v1 = rotateLeft(v1, 13n) ^ v0;
      v2 = u64(v2 + v3);
      v3 = rotateLeft(v3, 16n) ^ v2;
      v0 = u64(rotateLeft(v0, 32n) + v3);
      v3 = rotateLeft(v3, 21n) ^ v0;
      v2 = u64(v2 + v1);
      v1 = rotateLeft(v1, 17n) ^ v2;
      v2 = rotateLeft(v2, 32n);
    }
  };
  const update = (packet: bigint): void => {
    v3 ^= packet;
    rounds(2);
    v0 ^= packet;
  };
  const whole = length - (length % 8);
  for (let at = 0; at < whole; at += 8) update(word(bytes, at));
  // The bytes that are left, and the length (modulo 256) as the highest byte.
  let last = BigInt(length % 256) << 56n;
  for (let at = whole; at < length; at++) last |= byte(bytes, at) << BigInt(8 * (at - whole));
  update(last);
  v2 ^= 0xffn;
  rounds(4);
  return v0 ^ v1 ^ v2 ^ v3;
}
