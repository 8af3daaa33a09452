/** The first layer, seen from the inputs, that nothing gets through: forwards or on the way back. */
import type { ModelSubject } from "../subjects/model.ts";
import { show } from "../words.ts";
import type { ProbedModel } from "./first-look.ts";

/** Where it is, what was seen there, and what to do. */
interface Dead {
  readonly layer: string;
  readonly says: string;
  readonly fix: string;
}

/** A gradient that gets lost on its way back through many layers. */
function vanished(probe: ProbedModel | undefined, least: number): Dead | undefined {
  const weights = probe?.weights ?? [];
  // The last kernels can have short gradients because little comes in; the last biases show what is left to learn.
  const most = Math.max(0, ...weights.map(({ gradientNorm }) => gradientNorm));
  const [first] = weights;
  if (first === undefined || first.gradientNorm >= least * most) return undefined;
  return {
    layer: first.layer,
    says: `The gradient has a length of ${show(first.gradientNorm)} at ${first.name}, and of ${show(most)} where it is longest: it gets lost on its way back through the layers`,
    fix: 'Use activation "relu" with kernelInitializer "heNormal" in the hidden layers, or fewer of them; a BatchNormalization after each helps as well',
  };
}

/** What is silent, flat, or without a gradient, nearest to the inputs. `least`: so short, per longest, is a gradient lost. */
export function firstDead(
  { layers }: ModelSubject,
  probe: ProbedModel | undefined,
  least: number,
): Dead | undefined {
  const facts = probe?.layers.find(
    ({ name, inactive, saturated }) =>
      (inactive > 0.9 || saturated > 0.9) && layers.some((layer) => layer.name === name),
  );
  if (facts === undefined) {
    const flat = probe?.weights.find(({ gradientNorm }) => gradientNorm === 0);
    return flat === undefined
      ? vanished(probe, least)
      : {
          layer: flat.layer,
          says: `The gradient of ${flat.name} is 0`,
          fix: `Look at ${flat.layer} and what comes after it: no gradient gets there`,
        };
  }
  const { name, inactive, saturated, activation = "its activation" } = facts;
  return inactive > 0.9
    ? {
        layer: name,
        says: `${name} is the first layer that is silent: ${show(100 * inactive)}% of its units give 0 for every row`,
        fix: `Leave the initializers of ${name} out, or take activation "leakyRelu" there`,
      }
    : {
        layer: name,
        says: `${name} is the first layer that is saturated: ${show(100 * saturated)}% of its values lie in the flat ends of ${activation}, where nothing can be learned`,
        fix: `Leave the initializers of ${name} out, bring its inputs to a common size (Normalization), or take activation "relu" there`,
      };
}
