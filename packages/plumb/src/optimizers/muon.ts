import { flag, integer, optional, real, type Parameter, type ValuesOf } from "../base/parameters.ts";
import { matmul, type Tensor } from "../tensor/index.ts";
import { adamUpdate, advancePowers, powers } from "./moments.ts";
import { Optimizer } from "./optimizer.ts";
import type { OptimizerOptions } from "./options.ts";
import { decay, small, type OptimizerRecord, type VariableInfo } from "./record.ts";

const patterns: Parameter<readonly (string | RegExp)[], readonly (string | RegExp)[] | null> = {
  default: [],
  doc: "Expressions: what has one of them in its name is left to Adam",
  accepts: (value) =>
    value === null ||
    (Array.isArray(value) && value.every((item) => typeof item === "string" || item instanceof RegExp)),
  read: (value) => value ?? [],
  words: "a list of texts or regular expressions",
};

const parameters = {
  momentum: decay(0.95, "Decay of the momentum"),
  nesterov: flag(true, "Take the momentum one step ahead"),
  nsSteps: integer(5, "Newton–Schulz iterations", { min: 0 }),
  muonA: real(3.4445, "The iteration's factor of X"),
  muonB: real(-4.775, "Its factor of X Xᵀ X"),
  muonC: real(2.0315, "Its factor of (X Xᵀ)² X"),
  rmsRate: {
    ...optional(
      real(0.2, "The update is scaled by this times √(its longer side); null for no scaling", { min: 0 }),
    ),
    default: 0.2 as number | undefined,
  },
  excludeLayers: patterns,
  excludeEmbeddings: flag(true, 'Leave what has "embedding" in its name to Adam'),
  adamBeta1: decay(0.9, "Adam's decay of the running mean of gradients"),
  adamBeta2: decay(0.999, "Adam's decay of the running mean of squared gradients"),
  adamLrRatio: real(1, "Adam's learning rate as a share of Muon's", { min: 0 }),
  adamWeightDecay: {
    ...optional(real(0.004, "Weight decay of what is left to Adam; null for none", { min: 0 })),
    default: 0.004 as number | undefined,
  },
  epsilon: small(1e-7, "Adam's: added to the root of the second moment"),
};

/** Matrices are Muon's own; everything else, and what the user says, is Adam's. */
const isAdams = (
  { shape, name }: VariableInfo,
  { excludeEmbeddings, excludeLayers }: ValuesOf<typeof parameters>,
): boolean =>
  shape.length !== 2 ||
  (excludeEmbeddings && name.toLowerCase().includes("embedding")) ||
  excludeLayers.some((pattern) => name.search(pattern) >= 0);

/**
 * Close to U Vᵀ of the singular value decomposition U S Vᵀ of a matrix: singular values are brought between about 0.7 and
 * 1.2 by iterating X ← a X + (b A + c A²) X with A = X Xᵀ, whose coefficients make small ones grow fast.
 */
function orthogonalised(x: Tensor, steps: number, a: number, b: number, c: number): Tensor {
  const [rows, columns] = x.shape;
  // The product X Xᵀ is taken on the shorter side.
  let wide = rows > columns ? x.transpose() : x;
  wide = wide.div(wide.square().sum().sqrt().add(1e-7));
  for (let i = 0; i < steps; i++) {
    const gram = matmul(wide, wide.transpose());
    wide = wide.mul(a).add(matmul(gram.mul(b).add(matmul(gram, gram).mul(c)), wide));
  }
  return rows > columns ? wide.transpose() : wide;
}

export const muon: OptimizerRecord<typeof parameters> = {
  name: "Muon",
  doc: "m ← μ m + g, w ← w − η · 0.2 √max(rows, columns) · orthogonalised(g + μ m) for matrices; Adam for the rest",
  source:
    "Jordan et al., Muon, 2024; scaled as in Liu et al., Muon is Scalable for LLM Training, 2025 (Moonlight); Keras's form",
  learningRate: 0.001,
  weightDecay: 0.004,
  parameters,
  slots: (params, variable) => (isAdams(variable, params) ? { momentum: 0, velocity: 0 } : { momentum: 0 }),
  squares: ["velocity"],
  shared: powers,
  advance: (shared, { adamBeta1, adamBeta2 }) =>
    advancePowers(shared, { beta1: adamBeta1, beta2: adamBeta2 }),
  weightDecayOf: (variable, params, weightDecay) =>
    isAdams(variable, params) ? params.adamWeightDecay : weightDecay,
  update(input) {
    const { value, gradient, slots, rate, params } = input;
    if (slots.velocity !== undefined)
      return adamUpdate(
        { ...input, rate: rate.mul(params.adamLrRatio) },
        { beta1: params.adamBeta1, beta2: params.adamBeta2, epsilon: params.epsilon },
      );
    const momentum = slots.momentum.mul(params.momentum).add(gradient);
    const direction = params.nesterov ? gradient.add(momentum.mul(params.momentum)) : momentum;
    const update = orthogonalised(direction, params.nsSteps, params.muonA, params.muonB, params.muonC);
    const scale = params.rmsRate === undefined ? 1 : Math.sqrt(Math.max(...value.shape)) * params.rmsRate;
    return { value: value.sub(update.mul(rate).mul(scale)), slots: { momentum } };
  },
};

/** What `Muon` takes. */
export type MuonOptions = OptimizerOptions<typeof parameters>;

/**
 * Momentum whose matrices are made orthogonal before they are taken as steps, so that every direction of a weight matrix
 * learns at one pace; vectors, embeddings and tensors of more axes are left to Adam.
 *
 * For a matrix: m ← μ m + g; O = Newton–Schulz iteration (`nsSteps` times) of g + μ m; w ← w − η · `rmsRate` ·
 * √max(rows, columns) · O. `weightDecay` is that of matrices, `adamWeightDecay` that of the rest.
 * Jordan et al., 2024; scaled as in Liu et al., 2025. Errors: PL4004 for a parameter out of range.
 */
export class Muon extends Optimizer<typeof parameters> {
  static readonly record = muon;
  constructor(options: MuonOptions = {}) {
    super(muon, options);
  }
}
