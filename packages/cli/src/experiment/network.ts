/** The network of a run, from a description that a run keeps and `plumb predict` builds again. */
import { Dense, Dropout, Input, Sequential, type Head, type Layer } from "plumb-ml";

export interface NetworkSpec {
  /** Inputs per row. */
  readonly inputs: number;
  /** Units of each hidden layer, relu behind each. */
  readonly layers: readonly number[];
  /** The share of hidden units left out in each training step. */
  readonly dropout: number;
  /** Outputs per row, and what they are. */
  readonly units: number;
  readonly head: Head;
}

/** The activation of the last layer. Of those that give values of at least 0, softplus alone neither dies nor explodes. */
const activationOf = (head: Head): "linear" | "sigmoid" | "softmax" | "softplus" =>
  head === "nonNegative" ? "softplus" : (head as "linear" | "sigmoid" | "softmax");

/** Builds the network; first weights are drawn from the global seed. */
export function buildNetwork({ inputs, layers, dropout, units, head }: NetworkSpec): Sequential {
  const hidden = layers.flatMap((width): Layer[] => [
    new Dense(width, { activation: "relu", kernelInitializer: "heUniform" }),
    ...(dropout > 0 ? [new Dropout(dropout)] : []),
  ]);
  const last = new Dense(units, { activation: activationOf(head) });
  return new Sequential([Input({ shape: [inputs] }), ...hidden, last]);
}

/** `30 → 64 relu → 64 relu → 1 sigmoid`. */
export function showNetwork({ inputs, layers, dropout, units, head }: NetworkSpec): string {
  const hidden = layers.map((width) => `${width} relu`);
  const last = head === "linear" ? `${units}` : `${units} ${activationOf(head)}`;
  return [`${inputs}`, ...hidden, last].join(" → ") + (dropout > 0 ? `, dropout ${dropout}` : "");
}
