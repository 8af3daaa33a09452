/**
 * L-BFGS, for problems whose loss is a function of all rows at once. Not an `Optimizer`: it evaluates the loss as often as
 * its line search asks, which no step with a fixed number of evaluations can do.
 */
import { PlumbError } from "../base/errors.ts";
import { integer, real, resolve, type GivenOf } from "../base/parameters.ts";
import {
  assignAll,
  gradients,
  macrotask,
  now,
  tensor,
  trace,
  type Tensor,
  type Variable,
} from "../tensor/index.ts";
import { strongWolfe, type Evaluation } from "./line-search.ts";
import { axpy, dot, largest } from "./vectors.ts";

const parameters = {
  maxIterations: integer(100, "Directions to search along, at most", { min: 0 }),
  historySize: integer(10, "Steps from which the curvature is estimated", { min: 1 }),
  learningRate: real(1, "The first step length tried along a direction", { above: 0 }),
  gradientTolerance: real(1e-5, "Ends where no element of the gradient is larger", { min: 0 }),
  changeTolerance: real(1e-9, "Ends where the loss falls by a smaller share of itself", { min: 0 }),
  maxEvaluations: integer(25, "Evaluations along one direction, at most", { min: 1 }),
};

/** What `LBFGS` takes. */
export type LBFGSOptions = GivenOf<typeof parameters>;

/** How a minimization ended. */
export interface LBFGSResult {
  /** The loss at the end; the variables are where it was found. */
  readonly loss: number;
  readonly iterations: number;
  /** Evaluations of loss and gradients. */
  readonly evaluations: number;
  /** Whether a tolerance was met, rather than a limit. */
  readonly converged: boolean;
  /** The loss before the first and after each iteration. */
  readonly history: readonly number[];
}

/** A step and the change of the gradient along it. */
interface Curvature {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1 / step · change. */
  readonly inverse: number;
}

/**
 * −H g for the H that the curvatures stand for, by the two loops of Nocedal, Updating Quasi-Newton Matrices with Limited
 * Storage, 1980; before the first of them H is γ I, γ from the latest.
 */
function direction(gradient: Float64Array, history: readonly Curvature[]): Float64Array {
  const d = gradient.map((value) => -value);
  const shares: number[] = [];
  for (let i = history.length - 1; i >= 0; i--) {
    const { step, change, inverse } = history[i];
    shares[i] = inverse * dot(step, d);
    axpy(-shares[i], change, d);
  }
  const latest = history.at(-1);
  if (latest) {
    const gamma = 1 / (latest.inverse * dot(latest.change, latest.change));
    for (let k = 0; k < d.length; k++) d[k] *= gamma;
  }
  history.forEach(({ step, change, inverse }, i) => axpy(shares[i] - inverse * dot(change, d), step, d));
  return d;
}

/**
 * Minimizes a function of variables by the limited-memory BFGS method: directions from the curvature of the last steps,
 * step lengths from a search that ends at a point satisfying the strong Wolfe conditions (Nocedal and Wright, Numerical
 * Optimization, 2006, algorithms 7.4, 7.5, 3.5 and 3.6).
 *
 * Loss and gradients are one compiled program; what stands between two of its runs is a few products of vectors, in float64.
 * For small models and data that fit in memory, it reaches in tens of evaluations what takes others thousands of steps.
 * Errors: PL4004 for a parameter out of range; PL4010 where the loss is not finite at the start.
 *
 * @example
 * const lbfgs = new LBFGS({ maxIterations: 200 });
 * await lbfgs.minimize(() => loss.call(y, model.call(x)), model.trainableVariables);
 */
export class LBFGS {
  readonly parameters: Required<{ [K in keyof typeof parameters]: number }>;

  constructor(options: LBFGSOptions = {}) {
    this.parameters = resolve("PL4004", "LBFGS", parameters, options);
  }

  /**
   * Moves `variables` to where `loss`, a function without arguments that gives a scalar, is least near them. Yields to
   * the event loop at least every 16 ms, between evaluations.
   */
  async minimize(loss: () => Tensor, variables: readonly Variable[]): Promise<LBFGSResult> {
    const { maxIterations, historySize, learningRate, gradientTolerance, changeTolerance, maxEvaluations } =
      this.parameters;
    const problem = new Problem(loss, variables);
    try {
      let at = await problem.evaluate(problem.start());
      if (!Number.isFinite(at.loss))
        throw new PlumbError("PL4010", {
          asked: "LBFGS was to minimize a loss",
          arrived: `It is ${at.loss} where the variables are`,
          why: "There is no direction from there",
          fix: "Begin with weights for which the loss is finite, and look for infinite values in the data",
        });
      const losses = [at.loss];
      const curvatures: Curvature[] = [];
      let converged = largest(at.gradient) <= gradientTolerance;
      while (!converged && losses.length <= maxIterations) {
        const along = direction(at.gradient, curvatures);
        // The first direction is as long as the gradient, which says nothing of how far to go.
        const first = curvatures.length > 0 ? 1 : Math.min(1, 1 / largest(at.gradient));
        const next = await strongWolfe(at, along, first * learningRate, maxEvaluations, (point) =>
          problem.evaluate(point),
        );
        if (next === undefined) {
          if (curvatures.length === 0) break;
          // The remembered curvature misled the search: once more along the gradient.
          curvatures.length = 0;
          continue;
        }
        const step = next.point.map((value, k) => value - at.point[k]);
        const change = next.gradient.map((value, k) => value - at.gradient[k]);
        const product = dot(step, change);
        if (product > 1e-10 * dot(change, change)) curvatures.push({ step, change, inverse: 1 / product });
        if (curvatures.length > historySize) curvatures.shift();
        converged =
          largest(next.gradient) <= gradientTolerance ||
          Math.abs(at.loss - next.loss) <= changeTolerance * Math.max(1, Math.abs(at.loss));
        at = next;
        losses.push(at.loss);
      }
      problem.settle(at.point);
      const { evaluations } = problem;
      return { loss: at.loss, iterations: losses.length - 1, evaluations, converged, history: losses };
    } finally {
      problem.dispose();
    }
  }
}

/** The loss as a function of one long vector. */
class Problem {
  evaluations = 0;
  readonly #variables: readonly Variable[];
  readonly #program: ReturnType<typeof trace<Tensor[]>>;
  #yielded = now();

  constructor(loss: () => Tensor, variables: readonly Variable[]) {
    this.#variables = variables;
    // Called once outside, for layers that make their weights at the first call.
    loss();
    this.#program = trace(() => {
      const value = loss();
      return [value, ...gradients(value, [...variables])];
    }, []);
  }

  start(): Float64Array {
    const parts = this.#variables.map((variable) => variable.dataSync());
    const whole = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
    let offset = 0;
    for (const part of parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }

  /** Puts a point into the variables. */
  settle(point: Float64Array): void {
    let offset = 0;
    assignAll(
      this.#variables.map((variable) => {
        const part = Float32Array.from(point.subarray(offset, offset + variable.size));
        offset += variable.size;
        return [variable, tensor(part, variable.shape)] as const;
      }),
    );
  }

  async evaluate(point: Float64Array): Promise<Evaluation> {
    if (now() - this.#yielded > 16) {
      await macrotask();
      this.#yielded = now();
    }
    this.evaluations++;
    // What is evaluated is the point in float32, and steps are measured between such points.
    const rounded = Float64Array.from(Float32Array.from(point));
    this.settle(rounded);
    this.#program.run();
    const gradient = new Float64Array(rounded.length);
    let offset = 0;
    this.#variables.forEach((variable, i) => {
      gradient.set(this.#program.output(i + 1), offset);
      offset += variable.size;
    });
    return { point: rounded, loss: this.#program.output(0)[0], gradient };
  }

  dispose(): void {
    this.#program.dispose();
  }
}
