/** Recurrent layers, their cells, and wrappers over time. */
import { Bidirectional } from "./bidirectional.ts";
import { GRUCell } from "./gru-cell.ts";
import { GRU } from "./gru.ts";
import { LSTMCell } from "./lstm-cell.ts";
import { LSTM } from "./lstm.ts";
import { RNN } from "./rnn.ts";
import { SimpleRNNCell } from "./simple-rnn-cell.ts";
import { SimpleRNN } from "./simple-rnn.ts";
import { StackedRNNCells } from "./stacked-rnn-cells.ts";
import { TimeDistributed } from "./time-distributed.ts";

/** By class name. */
export const recurrentLayers = {
  Bidirectional,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
} as const;

export { Bidirectional, type BidirectionalOptions, type MergeMode } from "./bidirectional.ts";
export { type DenseCellOptions } from "./dense-cell.ts";
export { GRUCell, type GRUCellOptions } from "./gru-cell.ts";
export { GRU, type GRUOptions } from "./gru.ts";
export { LSTMCell, type LSTMCellOptions } from "./lstm-cell.ts";
export { LSTM, type LSTMOptions } from "./lstm.ts";
export { RNNCell, type CellSteps } from "./rnn-cell.ts";
export { RNN, type RNNCallOptions, type RNNOptions } from "./rnn.ts";
export { SimpleRNNCell, type SimpleRNNCellOptions } from "./simple-rnn-cell.ts";
export { SimpleRNN, type SimpleRNNOptions } from "./simple-rnn.ts";
export { StackedRNNCells } from "./stacked-rnn-cells.ts";
export { TimeDistributed } from "./time-distributed.ts";
