/**
 * Gradient steps on one digit, each starting where the previous one ended, as the service computes them.
 * `taken` lists the steps that the reader has made; the next one is previewed. No DOM; emits "change".
 */

import { gradients } from "../service/api.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";
import { RATES } from "./rates.js";

export const MOST = 60; // steps in a row
const FEW = 1000; // test digits that are tried after each step,
export const ALL = 10_000; // and on asking

export class Descent extends EventTarget {
  #digit = null;
  #start = null; // {loss, probabilities, squaredNorm} of the stored network
  #taken = []; // the service's account of each step behind
  #read = new Map(); // "steps digits" -> the share of so many test digits that is read after so many steps
  #curves = new Map(); // rates of the steps before -> Map(rate -> the step with it)
  #queue = new LatestOnlyQueue((asked, isNewest) => this.#measure(asked, isNewest));

  get taken() { return this.#taken; }

  /** Start anew from a digit; `start` is the stored network's {loss, probabilities, squaredNorm}. */
  begin(digit, start) {
    this.#digit = digit;
    this.#start = start;
    this.#taken = [];
    this.#curves.clear();
    this.#read.clear();
  }

  /** The result after so many steps: {loss, probabilities}. */
  at(steps) {
    return steps ? this.#taken[steps - 1] : this.#start;
  }

  /** ‖g‖² after so many steps; null until it is known. */
  squaredNorm(steps) {
    if (!steps) return this.#start.squaredNorm;
    return this.#taken[steps]?.squared_norm ?? this.curve(steps).values().next().value?.squared_norm ?? null;
  }

  /** The steps that are measured from there: Map(learning rate -> step). */
  curve(steps) {
    const key = this.#rates(steps).join(" ");
    if (!this.#curves.has(key)) this.#curves.set(key, new Map());
    return this.#curves.get(key);
  }

  async take(rate) {
    const [digit, steps] = [this.#digit, this.#taken.length];
    const step = this.curve(steps).get(rate) ?? (await this.#ask(digit, this.#rates(steps), rate));
    if (digit !== this.#digit || steps !== this.#taken.length) return;
    this.curve(steps).set(rate, step);
    this.#taken.push(step);
    this.#changed();
    this.#test(FEW).catch(() => {}); // as above: the steps are there all the same
  }

  /** What share of the test digits is read after so many steps: {share, digits}, of as many as were tried; null if of none. */
  read(steps) {
    for (const digits of [ALL, FEW]) {
      const share = this.#read.get(this.#key(steps, digits));
      if (share !== undefined) return { share, digits };
    }
    return null;
  }

  /** Try all test digits, before and after the last step. */
  testAll() {
    return this.#test(ALL);
  }

  async #test(digits) {
    const [digit, steps] = [this.#digit, this.#taken.length];
    const ends = [steps - 1, steps].filter((each) => each >= 0);
    const keys = ends.map((each) => this.#key(each, digits));
    const shares = await Promise.all(ends.map((each, at) => this.#read.get(keys[at]) ?? this.#share(digit, this.#rates(each), digits)));
    if (digit !== this.#digit) return;
    keys.forEach((key, at) => this.#read.set(key, shares[at]));
    this.#changed();
  }

  async #share(digit, rates, digits) {
    const { test_accuracy: start, step } = await gradients(digit.pixels, digit.label, { model: digit.model, learning_rate: rates, test_digits: digits });
    return rates.length ? step.test_accuracy : start;
  }

  #key(steps, digits) {
    return [digits, ...this.#rates(steps)].join(" ");
  }

  undo(steps = 1) {
    this.#taken.splice(-steps, steps);
    this.#changed();
  }

  /** Measure the step of this rate from there, then those of the other rates, until another is requested. */
  look(steps, rate) {
    return this.#queue.submit({ digit: this.#digit, before: this.#rates(steps), curve: this.curve(steps), rate });
  }

  async #measure({ digit, before, curve, rate }, isNewest) {
    for (const each of [rate, ...RATES]) {
      if (!isNewest() || digit !== this.#digit) return;
      if (curve.has(each)) continue;
      try {
        curve.set(each, await this.#ask(digit, before, each));
      } catch {
        return; // the answer to the drawing says that the server is away; the next look asks again
      }
      if (digit === this.#digit) this.#changed();
    }
  }

  async #ask(digit, before, rate) {
    const options = { model: digit.model, learning_rate: [...before, rate] };
    const { step } = await gradients(digit.pixels, digit.label, options);
    return { ...step, loss: step.loss ?? NaN, squared_norm: step.squared_norm ?? NaN };
  }

  #rates(steps) {
    return this.#taken.slice(0, steps).map(({ learning_rate: rate }) => rate);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
