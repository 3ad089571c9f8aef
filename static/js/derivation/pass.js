/**
 * The forward and the backward pass of one digit in double precision, in the derivation's names. Pure.
 * The service computes in single precision; central differences need more digits, so the page computes these few numbers itself.
 */

const double = new WeakMap(); // network -> its weights

/** The weights of a network with one hidden layer, as the code has them: W1[p * hidden + i], W2[i * classes + j]. */
export function weightsOf(network) {
  if (!double.has(network)) {
    const arrays = Object.entries(network.arrays).map(([name, { data }]) => [name, Float64Array.from(data)]);
    const [inputs, hidden, classes] = network.layers;
    double.set(network, { ...Object.fromEntries(arrays), inputs, hidden, classes });
  }
  return double.get(network);
}

/** The shape of each array of weights. */
export const shapesOf = ({ inputs, hidden, classes }) => ({ W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes] });

/** The place of an entry, W2[17, 3] say, in the flat array. */
export function placeOf(weights, { array, index }) {
  const [, columns = 1] = shapesOf(weights)[array];
  return index.length === 2 ? index[0] * columns + index[1] : index[0];
}

export const valueOf = (weights, entry) => weights[entry.array][placeOf(weights, entry)];

/** The same weights, but for one entry. */
export function withEntry(weights, entry, value) {
  const changed = weights[entry.array].slice();
  changed[placeOf(weights, entry)] = value;
  return { ...weights, [entry.array]: changed };
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/** x W + b: (n,) and (n, m) -> (m,). */
function affine(x, W, b) {
  const z = Float64Array.from(b);
  const { length } = z;
  x.forEach((value, from) => {
    if (value === 0) return; // most pixels are black
    for (let to = 0; to < length; to += 1) z[to] += value * W[from * length + to];
  });
  return z;
}

/** log Σ e^z, with the largest z taken out, so that nothing overflows. */
export function logSumExp(z) {
  const most = Math.max(...z);
  return most + Math.log(z.reduce((sum, each) => sum + Math.exp(each - most), 0));
}

export function forward(weights, x) {
  const z1 = affine(x, weights.W1, weights.b1);
  const h = z1.map(sigmoid);
  const z2 = affine(h, weights.W2, weights.b2);
  const lse = logSumExp(z2);
  return { x, z1, h, z2, lse, yhat: z2.map((z) => Math.exp(z - lse)) };
}

/** The loss by log-sum-exp: finite, however sure the network is. */
export const lossOf = ({ z2, lse }, label) => lse - z2[label];

/** Every number of the derivation for one digit. `x`: 784 inputs of the network, 0..1. */
export class Pass {
  constructor(weights, x, label) {
    Object.assign(this, forward(weights, x), { weights, label });
    const { h, yhat } = this;
    const { hidden, classes, W2 } = weights;
    this.y = yhat.map((_, k) => (k === label ? 1 : 0));
    this.L = lossOf(this, label);
    this.dL_dyhat = yhat.map((p, k) => (k === label ? -1 / p : 0));
    this.J = Array.from(yhat, (p, k) => yhat.map((q, j) => (j === k ? p * (1 - p) : -p * q))); // J[k][j] = ∂ŷ_k/∂z_j
    this.delta2 = yhat.map((p, k) => p - this.y[k]);
    this.arriving = h.map((_, i) => this.delta2.reduce((sum, delta, j) => sum + W2[i * classes + j] * delta, 0));
    this.delta1 = this.arriving.map((sum, i) => sum * h[i] * (1 - h[i]));
    this.inputs = x.length;
    this.hidden = hidden;
    this.classes = classes;
  }

  get answer() { return this.yhat.indexOf(Math.max(...this.yhat)); }

  dW1(p, i) { return this.x[p] * this.delta1[i]; }
  dW2(i, j) { return this.h[i] * this.delta2[j]; }

  /** ∂L/∂x of one input: one step of the recursion further back. */
  dx(p) {
    const { W1, hidden } = this.weights;
    return this.delta1.reduce((sum, delta, i) => sum + W1[p * hidden + i] * delta, 0);
  }

  /** The derivative of the loss by any weight or bias. */
  derivative({ array, index: [from, to] }) {
    if (array === "W1") return this.dW1(from, to);
    if (array === "W2") return this.dW2(from, to);
    return (array === "b1" ? this.delta1 : this.delta2)[from];
  }
}

/** The loss of the same digit with one weight moved by so much. */
export function lossWith({ weights, x, label }, entry, shift) {
  return lossOf(forward(withEntry(weights, entry, valueOf(weights, entry) + shift), x), label);
}

export const EPSILON = 1e-5;

/** The central difference of one weight: two forward passes. */
export const difference = (pass, entry) => (lossWith(pass, entry, EPSILON) - lossWith(pass, entry, -EPSILON)) / (2 * EPSILON);

/** The weights after one step of gradient descent on this digit alone. */
export function stepped(pass, rate) {
  const { weights, delta1, delta2 } = pass;
  const { hidden, classes } = weights;
  const W1 = weights.W1.map((w, at) => w - rate * pass.dW1(Math.floor(at / hidden), at % hidden));
  const W2 = weights.W2.map((w, at) => w - rate * pass.dW2(Math.floor(at / classes), at % classes));
  return { ...weights, W1, W2, b1: weights.b1.map((b, i) => b - rate * delta1[i]), b2: weights.b2.map((b, j) => b - rate * delta2[j]) };
}
