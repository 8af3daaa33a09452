// @ts-nocheck: see start.mjs
import { jax } from "./start.mjs";

const { nn, numpy: np } = jax;

/** jax-js has no `scan`: the steps are written out one after the other. */
export function logitsOf({ lstm, head }, x) {
  const [batch, steps, width] = x.shape;
  const units = lstm.recurrent.shape[0];
  const projected = np.matmul(x.reshape([batch * steps, width]), lstm.kernel).add(lstm.bias);
  const inputs = np.split(projected.reshape([batch, steps, 4 * units]), steps, 1);
  let h = np.zeros([batch, units]);
  let c = np.zeros([batch, units]);
  const outputs = inputs.map((input) => {
    const z = input.reshape([batch, 4 * units]).add(np.matmul(h, lstm.recurrent.ref));
    const [inputGate, forgetGate, candidate, outputGate] = np.split(z, 4, 1);
    const kept = nn.sigmoid(forgetGate).mul(c);
    c = kept.add(nn.sigmoid(inputGate).mul(np.tanh(candidate)));
    h = nn.sigmoid(outputGate).mul(np.tanh(c.ref));
    return h.ref;
  });
  for (const last of [h, c, lstm.recurrent]) last.dispose();
  const states = np.stack(outputs, 1).reshape([batch * steps, units]);
  return np.matmul(states, head.kernel).add(head.bias);
}
