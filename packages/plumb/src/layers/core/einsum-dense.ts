import { PlumbError } from "../../base/errors.ts";
import {
  optional,
  required,
  resolve,
  showValue,
  text,
  unchecked,
  type Parameters,
} from "../../base/parameters.ts";
import type { ConstraintLike } from "../../constraints/index.ts";
import type { InitializerLike } from "../../initializers/index.ts";
import { activations, type Activation, type ActivationLike } from "../../numerics/index.ts";
import type { RegularizerLike } from "../../regularizers/index.ts";
import { einsum, type Tensor, type Variable } from "../../tensor/index.ts";
import { Layer, type LayerOptions, type LayerSample } from "../layer.ts";
import type { BatchShape } from "../shapes.ts";

/** What `EinsumDense` takes besides its equation and the shape of its output. */
export interface EinsumDenseOptions extends LayerOptions {
  /** Applied to the sums. Default none. */
  activation?: ActivationLike;
  /** The letters of the output axes along which a bias is learned: `"d"`. Default none, and no bias. */
  biasAxes?: string | null;
  /** Default `"glorotUniform"`. */
  kernelInitializer?: InitializerLike;
  /** Default `"zeros"`. */
  biasInitializer?: InitializerLike;
  /** A penalty on the kernel. Default none. */
  kernelRegularizer?: RegularizerLike;
  /** A penalty on the bias. Default none. */
  biasRegularizer?: RegularizerLike;
  /** What the kernel is brought back to after every update. Default none. */
  kernelConstraint?: ConstraintLike;
  /** What the bias is brought back to after every update. Default none. */
  biasConstraint?: ConstraintLike;
}

const placed = {
  equation: required(text("", "Which axes of input and kernel are summed over, such as ab,bc->ac")),
  outputShape: required({
    default: [] as readonly (number | null)[],
    doc: "Extents of the output without the batch",
    accepts: (value: unknown) =>
      [value]
        .flat()
        .every((extent) => extent === null || (Number.isSafeInteger(extent) && (extent as number) >= 1)),
    read: (value: number | readonly (number | null)[]) => [value].flat() as readonly (number | null)[],
    words: "a whole number of at least 1, or a list of them, with null where the extent is that of the input",
  }),
};

const parameters = {
  activation: unchecked<ActivationLike>("linear", "Applied to the sums"),
  biasAxes: optional(text("", "The letters of the output axes along which a bias is learned")),
  kernelInitializer: unchecked<InitializerLike>("glorotUniform", "First values of the kernel"),
  biasInitializer: unchecked<InitializerLike>("zeros", "First values of the bias"),
  kernelRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the kernel"),
  biasRegularizer: unchecked<RegularizerLike | undefined>(undefined, "A penalty on the bias"),
  kernelConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the kernel is brought back to"),
  biasConstraint: unchecked<ConstraintLike | undefined>(undefined, "What the bias is brought back to"),
};

/**
 * A dense layer along any axes: `activation(einsum(equation, x, kernel) + bias)`.
 *
 * The equation has one of the forms `ab,bc->ac`, `...ab,bc->...ac` and `ab...,bc->ac...`: the letters of the input (batch
 * first), of the kernel, and of the output. `outputShape` has the extents of the output without the batch and the axes of
 * an ellipsis; null stands for an extent that the input has under the same letter. The kernel's extents follow. The bias
 * has those of the letters in `biasAxes`, and 1 along the axes behind the first of them that it does not name.
 *
 * Errors: PL4004 for an equation of another form, an output with a letter that neither input nor kernel has, a kernel with
 * one that is in neither input nor output, or a bias along an axis that the output has not; PL4006 for an input of other
 * axes or extents, or of extents that are not known where the kernel needs them. Keras's layer of the same name.
 *
 * @example
 * // The projection of an attention layer: features to heads of their own size.
 * new EinsumDense("abc,cde->abde", [null, 4, 16], { biasAxes: "de" }).call(ones([2, 7, 32])).shape; // [2, 7, 4, 16]
 */
export class EinsumDense extends Layer {
  static override readonly className: string = "EinsumDense";
  static override readonly takesList: boolean = false;
  static override readonly byPlace: readonly string[] = ["equation", "outputShape"];
  static override readonly parameters: Parameters = parameters;
  static override readonly samples: readonly LayerSample[] = [
    { options: { equation: "ab,bc->ac", outputShape: 3, biasAxes: "c" }, inputs: [1, 2] },
    { options: { equation: "abc,cd->abd", outputShape: [null, 2], activation: "tanh" }, inputs: [2, 3, 4] },
    { options: { equation: "abc,cde->abde", outputShape: [null, 2, 3], biasAxes: "de" }, inputs: [2, 3, 4] },
    { options: { equation: "abc,bd->adc", outputShape: [2, 4], biasAxes: "d" }, inputs: [2, 3, 4] },
    { options: { equation: "...b,bc->...c", outputShape: 2, biasAxes: "c" }, inputs: [2, 3, 1, 4] },
    { options: { equation: "ab...,bc->ac...", outputShape: 2, biasAxes: "c" }, inputs: [2, 4, 3] },
  ];
  readonly equation: string;
  readonly outputShape: readonly (number | null)[];
  override readonly activation: Activation;
  readonly #terms: Terms;
  #kernel!: Variable;
  #bias?: Variable;

  constructor(
    equation: string,
    outputShape: number | readonly (number | null)[],
    options: EinsumDenseOptions = {},
  ) {
    super(options);
    const values = resolve("PL4004", "EinsumDense", placed, { equation, outputShape });
    this.equation = values.equation;
    this.outputShape = values.outputShape;
    const { activation, biasAxes } = this.valuesOf(parameters);
    this.activation = activations.get(activation);
    this.#terms = termsOf(values.equation, values.outputShape.length, biasAxes ?? "");
  }

  /** The extent of each letter for an input shape, or the words after "it needs". */
  #extents(inputShape: BatchShape): ReadonlyMap<string, number | null> | string {
    const { input, kernel, output, elided } = this.#terms;
    const rest = inputShape.length - input.length;
    if (rest < 0 || (rest > 0 && elided === undefined))
      return `an input of ${elided === undefined ? "" : "at least "}${input.length} axes, for the equation "${this.equation}"`;
    const extents = new Map(
      [...input].map((letter, i) => [letter, inputShape[i + (elided === "left" ? rest : 0)]]),
    );
    // With the batch among the elided axes, all letters of the output have an extent of their own.
    const declared = elided === "left" && rest > 0 ? output : output.slice(1);
    for (const [i, letter] of [...declared].entries()) {
      const [asked, known] = [this.outputShape[i], extents.get(letter)];
      if (!extents.has(letter)) extents.set(letter, asked);
      else if (asked !== null && known !== asked)
        return `an extent of ${asked} along "${letter}", as outputShape has it`;
    }
    const open = [...kernel].find((letter) => extents.get(letter) === null);
    return open === undefined ? extents : `a known extent along "${open}", which the kernel has`;
  }

  protected override needs(inputShape: BatchShape): string | undefined {
    const extents = this.#extents(inputShape);
    if (typeof extents === "string") return extents;
    const built = this.inputShape === undefined ? extents : this.#extents(this.inputShape as BatchShape);
    const changed = [...this.#terms.kernel].find(
      (letter) => typeof built !== "string" && built.get(letter) !== extents.get(letter),
    );
    return changed === undefined || typeof built === "string"
      ? undefined
      : `an extent of ${built.get(changed)} along "${changed}", for which it was built`;
  }

  override build(inputShape: BatchShape): void {
    const extents = this.#extents(inputShape) as ReadonlyMap<string, number>;
    const values = this.valuesOf(parameters);
    const { kernel, output, elided } = this.#terms;
    const extent = (letter: string): number => extents.get(letter) as number;
    this.#kernel = this.addWeight({
      name: "kernel",
      shape: [...kernel].map(extent),
      initializer: values.kernelInitializer,
      regularizer: values.kernelRegularizer,
      constraint: values.kernelConstraint,
    });
    const biasAxes = values.biasAxes ?? "";
    if (biasAxes === "") return;
    const from = [...output].findIndex((letter) => biasAxes.includes(letter));
    const behind = elided === "right" ? inputShape.length - this.#terms.input.length : 0;
    this.#bias = this.addWeight({
      name: "bias",
      shape: [
        ...Array.from(output.slice(from), (letter) => (biasAxes.includes(letter) ? extent(letter) : 1)),
        ...Array<number>(behind).fill(1),
      ],
      initializer: values.biasInitializer,
      regularizer: values.biasRegularizer,
      constraint: values.biasConstraint,
    });
  }

  override beforeHead(x: Tensor): Tensor {
    const sums = einsum(this.equation, x, this.#kernel.read());
    return this.#bias === undefined ? sums : sums.add(this.#bias.read());
  }

  override call(x: Tensor): Tensor {
    return this.activation.call(this.beforeHead(x));
  }
}

/** The letters of an equation, and where its ellipsis stands. */
interface Terms {
  readonly input: string;
  readonly kernel: string;
  readonly output: string;
  readonly elided: "left" | "right" | undefined;
}

/** Errors: PL4004 for an equation that a layer cannot have. */
function termsOf(equation: string, declared: number, biasAxes: string): Terms {
  const refused = (why: string): PlumbError =>
    new PlumbError("PL4004", {
      asked: `An EinsumDense layer was asked for with the equation ${showValue(equation)}`,
      why,
      fix: 'Write it like "abc,cd->abd": axes of the input with the batch first, of the kernel, of the output',
    });
  const found = /^(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?$/.exec(equation);
  const [, left, input, right, kernel, leftOut, output, rightOut] = found ?? [];
  if (found === null || left !== leftOut || right !== rightOut || (left && right))
    throw refused("It has one of the forms ab,bc->ac, ...ab,bc->...ac and ab...,bc->ac...");
  for (const term of [input, kernel, output])
    if (new Set(term).size < term.length) throw refused(`"${term}" names an axis twice`);
  const orphan = [...output].find((letter) => !input.includes(letter) && !kernel.includes(letter));
  if (orphan !== undefined) throw refused(`the output's axis "${orphan}" is none of the input or the kernel`);
  const free = [...kernel].find((letter) => !input.includes(letter) && !output.includes(letter));
  if (free !== undefined)
    throw refused(`the kernel's axis "${free}" has no extent: input and output lack it`);
  const stray = [...biasAxes].find((letter) => !output.includes(letter));
  if (stray !== undefined) throw refused(`biasAxes names "${stray}", which the output has not`);
  const fitting = left ? [output.length, output.length - 1] : [output.length - 1];
  if (!fitting.includes(declared))
    throw refused(`the output has ${output.length} named axes, and outputShape has ${declared} extents`);
  return { input, kernel, output, elided: left ? "left" : right ? "right" : undefined };
}
