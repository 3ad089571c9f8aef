/** Each activation as the page writes it: its symbol, its range, and its derivative in terms of what is on the screen. */

const LEAK = 0.01;

export const ACTIVATIONS = {
  sigmoid: { symbol: "σ", signed: false, derivative: (z, a) => a * (1 - a) },
  tanh: { symbol: "tanh", signed: true, derivative: (z, a) => 1 - a * a },
  relu: { symbol: "relu", signed: false, derivative: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: { symbol: "leaky", signed: true, derivative: (z) => (z > 0 ? 1 : LEAK) },
};

/** How a layer of n units is laid out as a field: twice as wide as high, 128 as 16 by 8. */
export function fieldShape(units) {
  const columns = Math.max(1, 2 ** Math.ceil(Math.log2(Math.sqrt(2 * units)) - 1e-9));
  return { columns: Math.min(columns, units), rows: Math.ceil(units / Math.min(columns, units)) };
}
