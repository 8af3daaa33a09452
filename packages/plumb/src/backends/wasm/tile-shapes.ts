/**
 * The shapes that a tile of a product may have: accumulators that stay in registers over all inner loops. V8 has 15 vector
 * registers to give. Every element is summed in the same order in all of them: they give the same bits, and which is used
 * is a question of speed alone (`tile-trial.ts`).
 */
export interface TileShape {
  /** Rows at most; rows are shared out evenly among tiles. */
  readonly rows: number;
  /** Vectors of four columns. */
  readonly vectors: number;
  /** The operands that are held over a round, while those of the other side are loaded one after the other. */
  readonly holds: "rows" | "columns";
}

export const tileShapes = {
  /** 8 accumulators, 4 + 1 operands: right for every V8 and both ways to multiply and add. */
  narrow: { rows: 4, vectors: 2, holds: "rows" },
  /** 12 accumulators, 2 + 1 operands: fewer loads, where the compiler leaves everything in registers. */
  tall: { rows: 6, vectors: 2, holds: "columns" },
  /** 16 accumulators: 8 registers where neighbouring vectors become one of 256 bits, and far too many where not. */
  wide: { rows: 4, vectors: 4, holds: "rows" },
  /** 24 accumulators, likewise: 12 registers. */
  large: { rows: 6, vectors: 4, holds: "columns" },
} as const satisfies Readonly<Record<string, TileShape>>;

export type TileName = keyof typeof tileShapes;
