/**
 * Every error code with its title: the one list that `PlumbError`, the docs and `plumb explain` read. A code, once
 * shipped, keeps its meaning; a new failure gets the next free number of its thousand.
 */
export const codes = {
  // Tensors and shapes
  PL1001: "shapes do not broadcast",
  PL1002: "no such axis",
  PL1003: "element count differs",
  PL1004: "dtype not accepted",
  PL1005: "inner dimensions differ",
  PL1006: "slice out of range",
  PL1007: "value not readable here",
  PL1008: "not differentiable",
  PL1009: "not tensor data",
  PL1010: "shapes differ",
  PL1011: "nothing to choose from",
  // Losses and labels
  PL2001: "predictions are out of range",
  PL2002: "labels and predictions do not match in shape",
  PL2003: "class index out of range",
  PL2004: "labels are out of range",
  PL2005: "one-hot rows do not sum to 1",
  PL2006: "head and loss disagree",
  PL2007: "no such loss",
  PL2008: "loss not constructed",
  PL2009: "bad loss parameter",
  PL2010: "no such metric",
  PL2011: "bad metric parameter",
  PL2012: "labels are not finite",
  PL2013: "loss does not suit the labels",
  PL2014: "metric does not suit the predictions",
  PL2015: "softmax over one output",
  PL2016: "sample weights do not fit",
  PL2017: "metric has seen no data",
  PL2018: "metric cannot be followed step by step",
  // Data
  PL3001: "file not found",
  PL3002: "no such column",
  PL3003: "file has no rows",
  PL3004: "too few rows",
  PL3005: "target has one class only",
  PL3006: "target is missing everywhere",
  PL3007: "text where numbers are needed",
  PL3008: "no usable column",
  PL3009: "infinite value",
  PL3010: "duplicate column name",
  PL3011: "not a table",
  PL3012: "URLs are not read",
  PL3013: "columns differ from training",
  PL3014: "file cannot be read",
  // Training
  PL4001: "model is not compiled",
  PL4002: "model is not built",
  PL4003: "no such optimizer",
  PL4004: "bad option",
  PL4005: "inputs and labels differ in length",
  PL4006: "layer got a shape it cannot take",
  PL4007: "weights do not fit",
  PL4008: "no such initializer",
  PL4009: "no such activation",
  PL4010: "training diverged",
  PL4011: "no such schedule",
  PL4012: "no such regularizer",
  PL4013: "no such constraint",
  PL4014: "no gradients",
  // Files and formats
  PL5001: "cannot write",
  PL5002: "not a run folder",
  // System
  PL7001: "out of memory",
  PL7002: "WebAssembly is not available",
} as const;

/** One of the codes: `"PL1001"` and so on. */
export type Code = keyof typeof codes;
