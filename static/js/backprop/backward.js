/** The backward pass of one digit, from the response of /gradients; gives every number that the page shows of it. Pure. */

import { ACTIVATIONS } from "../network/activation.js";
import { flat, Trace } from "../network/trace.js";

export class Backward {
  constructor(answer, network) {
    this.network = network;
    this.trace = new Trace(answer);
    this.label = Number([answer.label].flat()[0]);
    this.loss = answer.loss;
    this.deltas = [null, ...answer.deltas.map(flat)];
    this.norms = answer.norms;
    this.inputError = flat(answer.input_gradient);
  }

  get depth() { return this.trace.depth; }
  get probabilities() { return this.trace.probabilities; }

  /** dL/dw of one weight: the activation of the unit before it times the error δ of the unit after it. */
  dW(layer, from, to) {
    return this.trace.a[layer - 1][from] * this.deltas[layer][to];
  }

  /** The gradient of the weights into one unit: (n_{layer-1},). */
  dWInto(layer, to) {
    const error = this.deltas[layer][to];
    return this.trace.a[layer - 1].map((value) => value * error);
  }

  /** dL/da of a hidden unit, before the factor g'(z): the sum of δ·w over the next layer. */
  arriving(layer, unit) {
    const next = this.deltas[layer + 1];
    return this.network.outOf(layer + 1, unit).reduce((sum, weight, to) => sum + weight * next[to], 0);
  }

  slope(layer, unit) {
    const { derivative } = ACTIVATIONS[this.network.activation];
    return derivative(this.trace.z[layer][unit], this.trace.a[layer][unit]);
  }

  /** The indices of a layer's units with the largest |δ|, the largest first. */
  strongest(layer, howMany) {
    const errors = this.deltas[layer];
    return [...errors.keys()].sort((a, b) => Math.abs(errors[b]) - Math.abs(errors[a])).slice(0, howMany);
  }

  /** ‖g‖²: the squared norm of the gradient by all weights and biases. */
  squaredNorm() {
    return Object.values(this.norms).reduce((sum, norm) => sum + norm * norm, 0);
  }
}
