import type { Head } from "../../base/contract.ts";
import { PlumbError } from "../../base/errors.ts";
import { showValue } from "../../base/parameters.ts";
import type { Tensor } from "../../tensor/index.ts";
import { GRUCell } from "./gru-cell.ts";
import type { CallOptions, LayerOptions, LayerSample } from "../layer.ts";
import { LSTMCell } from "./lstm-cell.ts";
import { RNNCell, type CellSteps } from "./rnn-cell.ts";
import type { BatchShape } from "../shapes.ts";

/**
 * Cells on top of each other, as one cell: each takes the output of the one below as its input, within the same step.
 *
 * Takes `[x, ...states]` with the states of all cells in order, gives `[output, ...states]` with the output of the last;
 * `RNN` takes and gives the states in such a list too, where Keras has a list of lists.
 * Errors: PL4004 for anything but a list of cells, PL4006 for other shapes. Keras's layer of the same name.
 *
 * @example
 * const cell = new StackedRNNCells([new LSTMCell(8), new GRUCell(4)]);
 * cell.stateSize; // [8, 8, 4]
 */
export class StackedRNNCells extends RNNCell {
  static override readonly className: string = "StackedRNNCells";
  static override readonly takesList: boolean = true;
  static override readonly byPlace: readonly string[] = ["cells"];
  static override readonly samples: readonly LayerSample[] = [
    {
      options: { cells: [new LSTMCell(3), new GRUCell(2)] },
      inputs: [
        [2, 4],
        [2, 3],
        [2, 3],
        [2, 2],
      ],
    },
  ];
  readonly cells: readonly RNNCell[];

  constructor(cells: readonly RNNCell[], options: LayerOptions = {}) {
    super(options);
    const given: readonly unknown[] = Array.isArray(cells) ? cells : [];
    if (given.length === 0 || !given.every((cell) => cell instanceof RNNCell))
      throw new PlumbError("PL4004", {
        asked: `StackedRNNCells was given ${showValue(cells)} as its cells`,
        why: "They are a list of objects of classes that extend RNNCell, at least one",
        fix: "Write for example new StackedRNNCells([new LSTMCell(32), new LSTMCell(16)])",
      });
    this.cells = cells;
  }

  override get stateSize(): readonly number[] {
    return this.cells.flatMap(({ stateSize }) => stateSize);
  }

  get #last(): RNNCell {
    return this.cells[this.cells.length - 1];
  }

  override get outputSize(): number {
    return this.#last.outputSize;
  }

  override get outputHead(): Head {
    return this.#last.outputHead;
  }

  override build([[, inputs]]: readonly BatchShape[]): void {
    let size = inputs;
    for (const cell of this.cells) {
      cell.ensureBuilt([[null, size], ...cell.stateSize.map((length) => [null, length])]);
      size = cell.outputSize;
    }
  }

  override getInitialState(batch: number): Tensor[] {
    return this.cells.flatMap((cell) => cell.getInitialState(batch));
  }

  override begin(batch: number, options: CallOptions): CellSteps {
    const [first, ...above] = this.cells.map((cell) => ({ cell, ...cell.begin(batch, options) }));
    return {
      project: first.project,
      step(projected, states) {
        let rest = states;
        const take = (count: number): readonly Tensor[] => {
          const taken = rest.slice(0, count);
          rest = rest.slice(count);
          return taken;
        };
        let [output, ...after] = first.step(projected, take(first.cell.stateSize.length));
        for (const { cell, project, step } of above) {
          const [next, ...own] = step(project(output), take(cell.stateSize.length));
          output = next;
          after = [...after, ...own];
        }
        return [output, ...after];
      },
    };
  }

  override call([x, ...states]: readonly Tensor[], options: CallOptions = {}): readonly Tensor[] {
    const { project, step } = this.begin(x.shape[0], options);
    return step(project(x), states);
  }

  override again(): RNNCell | undefined {
    const cells = this.cells.map((cell) => cell.again());
    return cells.every((cell) => cell !== undefined)
      ? new StackedRNNCells(cells, this.valuesOf({}))
      : undefined;
  }
}
