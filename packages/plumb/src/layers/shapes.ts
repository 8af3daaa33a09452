/** Shapes with a batch in front, as layers and models are described before there is data. */

/** A shape whose first extent, the batch, is not known yet: `[null, 28, 28]`. */
export type BatchShape = readonly (number | null)[];

/** The shape of what a layer is given: of one tensor, or of each of a list. */
export type InputShape = BatchShape | readonly BatchShape[];

/** Whether a layer is given a list. */
export const isShapeList = (shape: InputShape): shape is readonly BatchShape[] => Array.isArray(shape[0]);

/** `[batch, 28, 28]`, as messages and summaries write it; extents besides the batch that are not known are `?`. */
export const showBatchShape = (shape: BatchShape): string =>
  `[${shape.map((extent, axis) => extent ?? (axis === 0 ? "batch" : "?")).join(", ")}]`;

/** The shape of one tensor, or of each of a list: `[batch, 4] and [batch, 7]`. */
export const showInputShape = (shape: InputShape): string =>
  isShapeList(shape) ? shape.map(showBatchShape).join(" and ") : showBatchShape(shape);

/** A shape with its batch unknown, and the rest as it is. */
export const anyBatch = (shape: InputShape): InputShape =>
  isShapeList(shape) ? shape.map((one) => anyBatch(one) as BatchShape) : [null, ...shape.slice(1)];
