/** Running means of gradients and of their squares, which the family of Adam has in common. */
import type { Tensor } from "../tensor/index.ts";

/** m ← m + (1 − β)(x − m). */
export const towards = (mean: Tensor, x: Tensor, beta: number): Tensor => mean.add(x.sub(mean).mul(1 - beta));

/** β m + (1 − β) x. */
export const blend = (mean: Tensor, x: Tensor, beta: number): Tensor => mean.mul(beta).add(x.mul(1 - beta));

/** What βᵗ is multiplied by at each step: β in float32, since that is where Keras raises it to its power. */
export const factor = (beta: number): number => Math.fround(beta);

/**
 * 1 − βᵗ, from a βᵗ that is carried along as a running product in float64, which gives the same bits on every machine, as
 * `pow` does not promise. The product is rounded to float32 before it is subtracted, as in Keras: 1 − β₂ᵗ is 0.001 at the
 * first step and keeps five digits, so that the exact value would move weights by up to 6e-6 of the learning rate.
 */
export const correction = (betaPower: Tensor): Tensor => betaPower.cast("float32").neg().add(1);

/** The running products β₁ᵗ and β₂ᵗ: what `shared` and `advance` of a record are. */
export const powers = { beta1Power: 1, beta2Power: 1 };
export const advancePowers = (
  { beta1Power, beta2Power }: Readonly<Record<string, Tensor>>,
  { beta1, beta2 }: { readonly beta1: number; readonly beta2: number },
): Record<string, Tensor> => ({
  beta1Power: beta1Power.mul(factor(beta1)),
  beta2Power: beta2Power.mul(factor(beta2)),
});

interface AdamStep {
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly shared: Readonly<Record<string, Tensor>>;
  readonly rate: Tensor;
}
interface AdamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad?: boolean;
}

/** Adam's update, which AdamW shares whole and Muon takes for what is no matrix. See `adam.ts`. */
export function adamUpdate(
  { value, gradient, slots, shared, rate }: AdamStep,
  { beta1, beta2, epsilon, amsgrad = false }: AdamNumbers,
): { value: Tensor; slots: Record<string, Tensor> } {
  const momentum = towards(slots.momentum, gradient, beta1);
  const velocity = towards(slots.velocity, gradient.square(), beta2);
  const alpha = rate.mul(correction(shared.beta2Power).sqrt()).div(correction(shared.beta1Power));
  const largest = amsgrad ? slots.velocityHat.maximum(velocity) : velocity;
  return {
    value: value.sub(momentum.mul(alpha).div(largest.sqrt().add(epsilon))),
    slots: amsgrad ? { momentum, velocity, velocityHat: largest } : { momentum, velocity },
  };
}
