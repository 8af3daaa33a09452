/**
 * Weights in a file, in the safetensors format: 8 bytes with the length of a JSON header (little-endian), the header
 * (`{ name: { dtype, shape, data_offsets } }`, padded with spaces to a multiple of 8), then the arrays one after the
 * other, little-endian, in row-major order. Written by hand because the format is these lines.
 */
import { PlumbError, type Sequential } from "plumb-ml";

/** A named array of float32. */
export interface NamedWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The weights of a model, from input to output. */
export const weightsOf = (model: Sequential): NamedWeight[] =>
  model.getState().weights.map(({ name, data }, i) => ({
    name,
    shape: model.weights[i].shape,
    data: data as Float32Array,
  }));

/** The bytes of a weights file. The same weights give the same bytes. */
export function encodeWeights(weights: readonly NamedWeight[]): Uint8Array {
  let offset = 0;
  const entries = weights.map(({ name, shape, data }) => {
    const begin = offset;
    offset += data.byteLength;
    return [name, { dtype: "F32", shape, data_offsets: [begin, offset] }];
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  let at = 8 + headerLength;
  for (const { data } of weights)
    for (const value of data) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  return bytes;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/**
 * The weights in the bytes of a file, in the order of the header.
 *
 * Errors: PL5002 when the bytes are not such a file; `path` is named in the message.
 */
export function decodeWeights(bytes: Uint8Array, path: string): NamedWeight[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const headerLength = Number(view.getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
    return Object.entries<Entry>(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        const length = shape.reduce((product, extent) => product * extent, 1);
        if (dtype !== "F32" || end - begin !== length * 4)
          throw new Error(`${name} is not float32 of its shape`);
        const start = 8 + headerLength + begin;
        return {
          name,
          shape,
          data: Float32Array.from({ length }, (_, i) => view.getFloat32(start + i * 4, true)),
        };
      },
    );
  } catch (cause) {
    throw new PlumbError(
      "PL5002",
      {
        asked: `Reading the weights in ${path} was asked for`,
        arrived: `The file is damaged: ${(cause as Error).message}`,
        why: "The model cannot be put together without them",
        fix: "Train again, or restore the run from a copy",
      },
      { cause },
    );
  }
}
