/**
 * Every number that the derivation shows for one digit, with the NumPy expression that computes it. Pure.
 * Names: x, z1, h, z2, yhat, y, L, dL_dyhat[k], J[k,j] = ∂ŷ_k/∂z_j, delta2, delta1, dW2[i,j], db2, dW1[p,i], db1, W1, b1, W2, b2, alpha; H, P, Y, D2
 * have a row for each digit of a small batch, the reader's first.
 */

import { num } from "./parts.js";

const ARRAYS = ["x", "z1", "h", "z2", "yhat", "y", "dL_dyhat", "delta1", "delta2"];

export class Symbols {
  /**
   * `hand`: {p, i, j}; `entry`: the weight that the central difference moves; `alpha`: the learning rate of the update;
   * `batch`: the passes of this digit and of others with it, or null.
   */
  constructor(pass, { hand, entry, alpha, batch = null }) {
    Object.assign(this, { pass, hand, entry, batch, alphaValue: alpha, label: pass.label });
    for (const name of ARRAYS) this[name] = (index) => num(`${name}[${index}]`, pass[name][index]);
  }

  get L() { return num("L", this.pass.L); }
  get alpha() { return num("alpha", this.alphaValue); }
  get answer() { return num("argmax(yhat)", this.pass.answer); }

  J(k, j) { return num(`J[${k},${j}]`, this.pass.J[k][j]); }
  dW2(i, j) { return num(`dW2[${i},${j}]`, this.pass.dW2(i, j)); }
  dW1(p, i) { return num(`dW1[${p},${i}]`, this.pass.dW1(p, i)); }
  db2(j) { return num(`db2[${j}]`, this.pass.delta2[j]); }
  db1(i) { return num(`db1[${i}]`, this.pass.delta1[i]); }
  W1(p, i) { return num(`W1[${p},${i}]`, this.pass.weights.W1[p * this.pass.hidden + i]); }
  W2(i, j) { return num(`W2[${i},${j}]`, this.pass.weights.W2[i * this.pass.classes + j]); }
  b1(i) { return num(`b1[${i}]`, this.pass.weights.b1[i]); }
  b2(j) { return num(`b2[${j}]`, this.pass.weights.b2[j]); }

  /** The product of numbers, as a number. */
  times(...factors) {
    return num(factors.map(({ symbol }) => symbol).join("*"), factors.reduce((product, { value }) => product * value, 1));
  }

  /** One path of the chain rule from W2[i,j] to the loss, through the output k. */
  path(k, i, j) {
    return this.times(this.dL_dyhat(k), this.J(k, j), this.h(i));
  }

  /** The paths through all outputs but j. */
  cross(i, j) {
    const others = [...this.pass.yhat.keys()].filter((k) => k !== j);
    return num(`sum(delete(dL_dyhat*J[:,${j}],${j}))*h[${i}]`, others.reduce((sum, k) => sum + this.path(k, i, j).value, 0));
  }

  /** What the naive chain rule takes for ∂L/∂z_j: the path through ŷ_j alone. */
  naive(j) {
    return this.times(this.dL_dyhat(j), this.J(j, j));
  }

  /** Σ_j W2[i,j] δ2[j], which arrives at a hidden unit. */
  arriving(i) {
    return num(`sum(W2[${i}]*delta2)`, this.pass.arriving[i]);
  }
}
