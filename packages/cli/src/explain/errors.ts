/** What the errors mean, beyond what a message says of its case. Findings of the doctor say it in their records. */
import type { Code } from "plumb-ml";

/** Codes that findings of the doctor have. */
type FindingCode = Extract<Code, `PL21${string}` | `PL31${string}` | `PL41${string}` | `PL42${string}`>;

export type ErrorCode = Exclude<Code, FindingCode>;

/** A paragraph for each code: how it comes about, and what helps. */
export const errorTexts: Readonly<Record<ErrorCode, string>> = {
  PL1001:
    "Two tensors of different shapes were to be combined element by element. Shapes are aligned at their last axis; there each extent must be equal, or 1 in one of them, which is then repeated. Most often an axis is missing or too many: reshape([rows, 1]) adds one, squeeze() takes those of extent 1 away.",
  PL1002:
    "An operation named an axis that its tensor does not have. Axes are counted from 0, or from the end with −1. A tensor often has one axis fewer than expected after a sum or a mean; keepDims: true keeps it.",
  PL1003:
    "A reshape keeps the elements and only arranges them anew, so that the product of the extents has to stay the same; one extent of −1 is worked out from the others. Look at x.shape right before.",
  PL1004:
    'An operation got numbers of a type that it does not take, such as int32 where float32 is needed. Nothing is converted unseen, because that is how labels get lost: write x.cast("float32").',
  PL1005:
    "A matrix product, a convolution or an attention joins an axis of one operand with one of the other, and these have different extents: [a, b] · [b, c]. Often one operand has to be transposed, or the data have another number of columns than the layer was built for.",
  PL1006:
    "A slice reaches beyond its tensor, or does not name a start and a size for each axis. Look at x.shape.",
  PL1007:
    "Inside a function that is compiled, or a training step, tensors are plans and not numbers: they get values when the program runs. Return what you want to look at, or read it in a callback, between two steps.",
  PL1008:
    "A gradient was asked of something that does not change smoothly: whole numbers, a comparison, a value whose graph was let go. Differentiate the float value that it was computed from.",
  PL1009:
    "What was given is not data for a tensor: numbers, nested arrays of the same length, typed arrays, or { data, shape }. Strings, undefined, rows of different length and numbers outside a type are not.",
  PL1010:
    "Two tensors must have the same shape here, or a certain one, and have not. Nothing is repeated unseen where that would hide a mistake.",
  PL1011:
    "A maximum, or a joining of several tensors, was asked of none at all. Most often a list or a batch is empty.",
  PL1012:
    "A loop is one compiled step that is run as often as there are steps. So each state has to come out of the step in the shape and type in which it went in, and the body has to return all of them.",
  PL1013:
    "Inside the body of a loop something was done that can only be done once, such as reading a number, creating a variable or drawing a seed. Do it before the loop, and hand it in.",
  PL1014:
    'The equation of an einsum could not be read, or does not fit its operands. It names the axes of each operand with letters, commas between, and those of the result behind an arrow: "bij,bjk->bik".',
  PL2001:
    "A loss or a metric that takes probabilities was given numbers outside 0 … 1; most often they are logits, that is, outputs without a sigmoid or a softmax. Other libraries cut them off in silence and show a loss that looks perfect or stands still. Give the loss fromLogits: true, or the last layer its activation.",
  PL2002:
    "Labels and predictions are no rows of the same kind. Shapes that differ by more than a last axis of 1 would repeat one against the other, and the loss of that is a plausible number with a wrong gradient.",
  PL2003:
    "A class number is not among the outputs of the model. Classes are counted from 0: with three outputs they are 0, 1 and 2. Labels that begin at 1 need - 1; a class that was added needs another unit in the last layer.",
  PL2004:
    "A label lies outside what the loss can take: a cross-entropy takes shares from 0 to 1, a hinge loss takes −1 and 1, a Poisson loss amounts from 0. Convert the labels, or take the loss that suits them: plumb losses lists what each takes.",
  PL2005:
    "A one-hot row has one 1 and zeros, or shares that sum to 1. A row with another sum counts too much or too little. Where several labels can hold at once, take a sigmoid and a binary cross-entropy.",
  PL2006:
    "The last layer gives one kind of number and the loss reads another: logits as probabilities, probabilities as logits, a single output for several classes. Leave fromLogits out, and it follows from the last layer.",
  PL2007:
    "There is no loss of that name. plumb losses lists them all; a function of labels and predictions can be given too.",
  PL2008:
    "A loss was given as its class. A class makes losses; write new MeanSquaredError() or its name as a string.",
  PL2009:
    "A parameter of a loss is outside its range, or is of another type. plumb losses <name> lists them.",
  PL2010:
    'There is no metric of that name, or it was given as its class. A class makes metrics: write new Recall() or "recall".',
  PL2011: "A parameter of a metric is outside its range, or does not belong to it.",
  PL2012:
    "A label is NaN or infinite. One such value makes the loss NaN, then the gradients, then every weight. Remove the rows, fill them in, or give them a sampleWeight of 0.",
  PL2013:
    "The loss takes other labels than were given, such as one-hot rows where it wants class numbers. losses.suggest says which losses take them.",
  PL2014:
    "The metric takes other predictions than the model gives: one that compares classes needs a column for each, one of a threshold needs one number for each row.",
  PL2015:
    "A softmax makes its outputs sum to 1. Over a single output that is always 1, whatever the model learns. Use a sigmoid for two classes.",
  PL2016:
    "Sample weights are one for all, one for each row, or one for each value, and at least 0. These are not.",
  PL2017: "A metric was asked for its value before it had seen any rows.",
  PL2018:
    "A metric was to be followed step by step in a history, and is no single number, or takes no labels and predictions.",
  PL3001: "There is no file of that name. Paths are relative to the folder in which the command is run.",
  PL3002:
    "A flag named a column that the table does not have. Columns go by their names, as the first line has them; by last; or by their number, counted from 0.",
  PL3003:
    "The file is empty, or has a line of names and nothing below it. If its first line is data, add --no-header.",
  PL3004:
    "There are fewer rows than can be learned from or judged by. A split into training, validation and test needs at least ten, and each class some of them.",
  PL3005:
    "All rows have the same target, so that there is nothing to learn. Often a filter has left one class only.",
  PL3006:
    "No row has a value in the target column. It is empty, or holds only marks for missing values (NA, null).",
  PL3007:
    "A number was needed and text stands there. One stray word makes a whole column text: the message names the first such row.",
  PL3008:
    "No column is left that could tell rows apart: all are constant, empty, or name rows. Give a table with more columns, or --drop fewer.",
  PL3009:
    "A value is infinite, from a division by 0 or a logarithm of 0. Means and distances with it are infinite too, and a model that sees it once is lost. Replace it, or leave the field empty: missing values are filled in.",
  PL3010: "Two columns have the same name, so that the name does not tell which one is meant. Rename one.",
  PL3011:
    "The file is no table that can be read: CSV, TSV, JSON lines or Parquet, plain or gzipped. Spreadsheets and zip files have to be exported first.",
  PL3012:
    "Only files of this machine are read, so that a run can be repeated and nothing is fetched unseen. Download the file and give its path.",
  PL3013:
    "The table lacks columns that the model was trained on, or has none of its own names and another number of columns. Single values may be missing; whole columns may not.",
  PL3014: "The file is there, and the system does not let it be read. Check its owner and its rights.",
  PL3015:
    "A value is none of the categories that are known: a word outside a vocabulary, a class outside --classes. Add it to the list, or give a place for unknown ones (numOovIndices: 1).",
  PL4001:
    "A model needs a loss and an optimizer before it is trained or evaluated: model.compile({ loss: …, optimizer: … }).",
  PL4002:
    "A layer makes its weights when it learns the shape of its input: from Input({ shape }) at the front of the model, from build, or from the first call.",
  PL4003:
    'There is no optimizer of that name, or it was given as its class. A class makes optimizers: write new Adam() or "adam".',
  PL4004:
    "An argument or a flag is unknown, is outside its range, or contradicts another. The message says what it takes.",
  PL4005:
    "Inputs, labels, predictions or weights do not have the same number of rows. Row i of one belongs to row i of the others; one too many is most often a header or a filter that was applied to one of them only.",
  PL4006:
    "A layer was given an input of a shape that it cannot take: a convolution needs [batch, height, width, channels], a recurrent layer [batch, steps, features]. Reshape or Flatten stands between them.",
  PL4007:
    "Weights that were to be put into a model are not those of its layers, in number or in shape: the model was built in another way than the one they come from.",
  PL4008:
    "There is no initializer of that name. It makes the first weights of a layer; glorotUniform is the default, heNormal suits relu.",
  PL4009:
    "There is no activation of that name. Those most in use are linear, relu, tanh, sigmoid and softmax; a function from tensor to tensor can be given too.",
  PL4010:
    "The loss became NaN or infinite and did not come back. Each step overshot further than the one before: take a tenth of the learning rate, clip gradients (globalClipnorm: 1), and look for values that are far larger than the others. A new Doctor() among the callbacks says which op, layer and row it began with.",
  PL4011:
    "There is no learning-rate schedule of that name. A schedule says the learning rate of each step; a plain number stays as it is.",
  PL4012:
    "There is no regularizer of that name. It adds a penalty on weights to the loss, such as l1 and l2.",
  PL4013:
    "There is no constraint of that name. It keeps weights within bounds after each step, such as maxNorm and nonNeg.",
  PL4014:
    "An optimizer was given no gradient for any of the variables. The loss does not hang on them: it was computed outside the tape, or from numbers that were read out on the way.",
  PL4015:
    "While a functional model is drawn, tensors have shapes and no values. They are made of layers; the values come when the model is called.",
  PL4016:
    "The outputs of a model do not hang on its inputs alone. An input was left out of the list, or an output was made of something else.",
  PL4017:
    "A model of several inputs or outputs takes data by name, { words, facts }, or in the order in which they were declared. A name is missing, unknown, or a list has another length.",
  PL4018:
    "A layer that prepares data, such as Normalization or TextVectorization, has to see the training rows first: layer.adapt(rows).",
  PL4019:
    "An Embedding has vectors for the numbers from 0 to inputDim − 1, and was given another one. Make inputDim one more than the largest.",
  PL5001:
    "A file or a folder could not be written: it is taken by another run, or the system refuses. Runs are never written over one another.",
  PL5002:
    "The folder is no run of plumb train, its training did not come to an end, or one of its files was changed.",
  PL7001:
    "The tensors need more memory than one can have: a WebAssembly memory ends at 4 GB. Take smaller batches, or compute in parts.",
  PL7002:
    "The engine needs WebAssembly with 128-bit SIMD: Node 20.19 or newer, or a current browser. A content policy of a page may forbid it: it has to allow 'wasm-unsafe-eval'.",
  PL7003:
    "Workers are in the middle of training steps, and a value was to be read at once. Use await x.data() in the place of x.dataSync(), or read in a callback.",
  PL7004:
    "A worker stopped, or two ways of doing the same step disagreed. The message has what it said; please report it where it is no error of your own callbacks.",
};
