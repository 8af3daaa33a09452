/** Small data for miniatures, the same each time: they come from sines, which need no generator. */

/** A number between 0 and 1 that looks like chance. */
export const pseudo = (i: number): number => {
  const x = Math.sin(12.9898 * (i + 1)) * 43758.5453;
  return x - Math.floor(x);
};

/** Rows around the corners of a circle, one corner for each class, so far apart that a line parts them. */
export function clouds(
  classes: number,
  rows: number,
  { spread = 0.5, from = 0 }: { readonly spread?: number; readonly from?: number } = {},
): { readonly data: number[][]; readonly labels: Int32Array } {
  const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
  const data = Array.from(labels, (of, row) => {
    const [radius, angle] = [
      spread * Math.sqrt(-2 * Math.log(1e-9 + pseudo(from + 2 * row))),
      2 * Math.PI * pseudo(from + 2 * row + 1),
    ];
    const corner = (2 * Math.PI * of) / classes;
    return [2 * Math.cos(corner) + radius * Math.cos(angle), 2 * Math.sin(corner) + radius * Math.sin(angle)];
  });
  return { data, labels };
}

/** Numbers that hang on two inputs, with a little noise. */
export function slope(
  rows: number,
  { noise = 0.1 }: { readonly noise?: number } = {},
): {
  readonly data: number[][];
  readonly labels: Float32Array;
} {
  const data = Array.from({ length: rows }, (_, row) => [
    2 * pseudo(2 * row) - 1,
    2 * pseudo(2 * row + 1) - 1,
  ]);
  const labels = Float32Array.from(
    data,
    ([a, b], row) => a - 0.5 * b + a * b + noise * (2 * pseudo(7919 + row) - 1),
  );
  return { data, labels };
}
