/** For each activation function its symbol, whether it can be negative, and its derivative g'(z) from z and a = g(z). */

const LEAK = 0.01;

export const ACTIVATIONS = {
  sigmoid: { symbol: "σ", signed: false, derivative: (z, a) => a * (1 - a) },
  tanh: { symbol: "tanh", signed: true, derivative: (z, a) => 1 - a * a },
  relu: { symbol: "relu", signed: false, derivative: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: { symbol: "leaky", signed: true, derivative: (z) => (z > 0 ? 1 : LEAK) },
};

/** The columns and rows in which n units are shown: about twice as wide as high, 16 by 8 for 128. */
export function fieldShape(units) {
  const columns = Math.max(1, 2 ** Math.ceil(Math.log2(Math.sqrt(2 * units)) - 1e-9));
  return { columns: Math.min(columns, units), rows: Math.ceil(units / Math.min(columns, units)) };
}
