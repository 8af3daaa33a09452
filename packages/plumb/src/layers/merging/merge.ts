/** What the layers that merge a list of tensors element by element have in common. */
import { broadcastShapes } from "../../base/shape.ts";
import { where, type Tensor } from "../../tensor/index.ts";
import { maskOver } from "../axes.ts";
import { Layer, type CallOptions, type Inputs, type LayerSample, type Masks } from "../layer.ts";
import { isShapeList, type BatchShape, type InputShape } from "../shapes.ts";

/** An input of a merge and its mask, brought to the axes of the inputs with most. */
export interface MergeInput {
  readonly x: Tensor;
  readonly mask?: Tensor;
}

/** The masks of a list of inputs, one for each. */
export const masksOfList = (mask: Masks): readonly (Tensor | undefined)[] =>
  Array.isArray(mask) ? mask : mask === undefined ? [] : [mask as Tensor];

/** Shape with axes of extent 1 put behind the batch, up to `rank` axes. */
const widened = <T>(shape: readonly T[], rank: number, one: T): T[] => [
  ...shape.slice(0, 1),
  ...Array<T>(rank - shape.length).fill(one),
  ...shape.slice(1),
];

/**
 * A merge of a list of inputs, element by element: their shapes broadcast, where those with fewer axes get more behind the
 * batch. A subclass says how two meet.
 */
export abstract class Merge extends Layer {
  static override readonly takesList: boolean = true;
  static override readonly samples: readonly LayerSample[] = [
    {
      inputs: [
        [2, 3],
        [2, 3],
      ],
    },
    {
      inputs: [
        [2, 3, 4],
        [2, 1, 4],
        [2, 4],
      ],
    },
    { inputs: [[1, 1]] },
  ];

  /** One element of the output from those of the inputs. */
  protected abstract merge(inputs: readonly MergeInput[]): Tensor;

  /** How many inputs there must be, as the words after "it needs"; undefined where so many will do. */
  protected refusedCount(_count: number): string | undefined {
    return undefined;
  }

  protected override needs(inputShape: InputShape): string | undefined {
    if (!isShapeList(inputShape)) return "a list of inputs: [a, b]";
    const refused = this.refusedCount(inputShape.length);
    if (refused !== undefined) return refused;
    if (inputShape.some((shape) => shape.length === 0)) return "inputs with a batch axis";
    const batches = new Set(inputShape.map(([batch]) => batch).filter((batch) => batch !== null));
    if (batches.size > 1) return "as many rows in one input as in another";
    const rank = Math.max(...inputShape.map(({ length }) => length));
    const rows = inputShape.map((shape) => widened(shape, rank, 1).slice(1));
    return rows.every((_, i) => meet(rows.slice(0, i + 1)))
      ? undefined
      : "inputs whose rows have the same extents, or 1 where one value serves all";
  }

  override get supportsMasking(): boolean {
    return true;
  }

  /** A step counts where it does in any of the inputs; all do where one of them has no mask. */
  override computeMask(inputs: Inputs, mask: Masks): Masks {
    const masks = masksOfList(mask);
    const given = masks.filter((one) => one !== undefined);
    return given.length > 0 && given.length === (inputs as readonly Tensor[]).length
      ? eitherOf(given)
      : undefined;
  }

  override call(inputs: readonly Tensor[], { mask }: CallOptions = {}): Tensor {
    const masks = masksOfList(mask);
    const rank = Math.max(...inputs.map((x) => x.rank));
    return this.merge(
      inputs.map((x, i) => {
        const missing = rank - x.rank;
        const wide = x.reshape(widened(x.shape, rank, 1));
        const of = masks[i];
        return of === undefined
          ? { x: wide }
          : { x: wide, mask: maskOver(of.reshape(widened(of.shape, of.rank + missing, 1)), wide) };
      }),
    );
  }
}

/** Whether rows broadcast together; extents that are not known are taken to fit. */
const meet = (rows: readonly BatchShape[]): boolean =>
  rows
    .map((row) => row.map((extent) => extent ?? 1))
    .reduce<readonly number[] | undefined>(
      (shape, row) => (shape === undefined ? undefined : broadcastShapes(shape, row)),
      [],
    ) !== undefined;

/** Where any of the masks is true. */
export const eitherOf = (masks: readonly Tensor[]): Tensor => masks.reduce((all, one) => all.logicalOr(one));

/** The inputs met two by two, from left to right. */
export const inTurn = (inputs: readonly MergeInput[], meet: (a: Tensor, b: Tensor) => Tensor): Tensor =>
  inputs.map(({ x }) => x).reduce(meet);

/**
 * As `inTurn`, for a function without a neutral element: a step that an input's mask leaves out counts as missing, so that
 * what is there in the other stands for both.
 */
export function inTurnWhereThere(
  inputs: readonly MergeInput[],
  meet: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  return inputs.reduce(({ x: a, mask: inA }, { x: b, mask: inB }) => {
    const right = inB === undefined ? b : where(inB, b, a);
    const left = inA === undefined ? a : where(inA, a, right);
    const mask = inA === undefined || inB === undefined ? undefined : inA.logicalOr(inB);
    return { x: meet(left, right), ...(mask === undefined ? {} : { mask }) };
  }).x;
}
