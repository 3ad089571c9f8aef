/** Find the planted bug: central differences against gradients one of whose steps is wrong, on a budget. Pure. */

import { forward, lossOf, placeOf, shapesOf, valueOf, weightsOf, withEntry } from "../derivation/pass.js";

export const BUDGET = 12; // central differences
const EPSILON = 1e-5;
const [RELATIVE, ABSOLUTE] = [1e-5, 1e-8]; // central differences in double precision agree to far more

const flat = (array) => array.flat();

export class Hunt {
  #weights;
  #examples; // [[x, label], …]
  #planted; // name -> flat
  measured = new Map(); // "dW1[2, 3]" -> {planted, measured, agrees}
  wrongGuesses = 0;
  found = null; // the number of the mistake

  /** `task`: an exercise as JSON, with `gradients` of a wrong backward pass. */
  constructor({ exercise, layers, arrays, gradients }) {
    this.exercise = exercise;
    this.gradients = gradients;
    const { X, y, ...parameters } = arrays;
    this.#weights = weightsOf({ layers, arrays: Object.fromEntries(Object.entries(parameters).map(([name, array]) => [name, { data: flat(array) }])) });
    this.#examples = X.map((x, row) => [Float64Array.from(x), y[row]]);
    this.#planted = { ...this.#weights, ...Object.fromEntries(Object.entries(gradients).map(([name, array]) => [name.slice(1), flat(array)])) };
  }

  get shapes() {
    return shapesOf(this.#weights);
  }

  get left() {
    return BUDGET - this.measured.size;
  }

  /** What it took so far: a wrong name costs as much as a difference, so that guessing does not pay. */
  get cost() {
    return this.measured.size + this.wrongGuesses;
  }

  /** The mean loss over the batch. */
  loss(weights = this.#weights) {
    const losses = this.#examples.map(([x, label]) => lossOf(forward(weights, x), label));
    return losses.reduce((sum, each) => sum + each, 0) / losses.length;
  }

  planted(entry) {
    return this.#planted[entry.array][placeOf(this.#weights, entry)];
  }

  /** (L(w + ε) − L(w − ε)) / 2ε for one entry, {array: "W1", index: [2, 3]}. */
  difference(entry) {
    const w = valueOf(this.#weights, entry);
    const at = (value) => this.loss(withEntry(this.#weights, entry, value));
    return (at(w + EPSILON) - at(w - EPSILON)) / (2 * EPSILON);
  }

  /** Spend a difference on an entry; null if none is left. An entry that was measured before costs nothing. */
  measure(entry) {
    const name = nameOf(entry);
    if (!this.measured.has(name)) {
      if (this.left === 0) return null;
      const [planted, measured] = [this.planted(entry), this.difference(entry)];
      this.measured.set(name, { planted, measured, agrees: agree(planted, measured) });
    }
    return this.measured.get(name);
  }

  /** Whether a mistake's number is one of those that explain the gradients: `explanations` is what the service says of them. */
  guess(number, explanations) {
    const right = explanations.some((set) => set.includes(number));
    if (right) this.found = number;
    else this.wrongGuesses += 1;
    return right;
  }
}

export const nameOf = ({ array, index }) => `d${array}[${index.join(", ")}]`;
export const agree = (one, other) => Math.abs(one - other) <= RELATIVE * Math.max(Math.abs(one), Math.abs(other)) + ABSOLUTE;
