/**
 * Requests the backward pass whenever the drawing, the label or the model changes, while it is in view. No DOM.
 * Emits "backward" {backward}, "check" {check | null while it runs}, "trouble" {message}, "blank".
 */

import { gradients } from "../service/api.js";
import { Backward } from "./backward.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";
import { loadNetwork } from "../network/network.js";

const CALM = 400; // milliseconds without a change until the slow gradient check is requested

export class Lesson extends EventTarget {
  #digit = null; // {pixels, model, answer}
  #chosen = null; // the label the reader picked
  #known = null; // the label that came with a test digit
  #explained = null; // the {pixels, model, label} of the last backward pass
  #watched = false;
  #queue = new LatestOnlyQueue((digit, isNewest) => this.#ask(digit, isNewest));
  #timer = null;

  get digit() { return this.#digit; }
  get label() { return this.#chosen ?? this.#known ?? this.#digit?.answer ?? null; }
  get chosen() { return this.#chosen; }
  /** Whether the reader picked another label than the digit's own, or what is read. */
  get contrary() { return this.#chosen !== null && this.#chosen !== (this.#known ?? this.#digit?.answer); }

  /** Take a new digit; `known` is its true label if it came with one (a test digit). */
  show(pixels, model, answer, known) {
    this.#digit = { pixels, model, answer };
    this.#known = known;
    this.#update();
  }

  choose(label) {
    this.#chosen = label;
    this.#update();
  }

  blank() {
    this.#digit = null;
    this.#chosen = null;
    clearTimeout(this.#timer);
    this.#emit("blank");
  }

  watch(watched) {
    const begins = watched && !this.#watched;
    this.#watched = watched;
    if (begins && !this.#isExplained()) this.#update(); // else whoever took steps would lose them
  }

  #isExplained() {
    const [now, then] = [this.#digit, this.#explained];
    return now !== null && then?.pixels === now.pixels && then.model === now.model && then.label === this.label;
  }

  #update() {
    if (!this.#digit || !this.#watched) return; // a check that is due remains due
    clearTimeout(this.#timer);
    this.#queue.submit({ ...this.#digit, label: this.label });
  }

  async #ask(digit, isNewest) {
    try {
      const [answer, network] = await Promise.all([
        gradients(digit.pixels, digit.label, { model: digit.model }),
        loadNetwork(digit.model),
      ]);
      if (!this.#digit || !isNewest()) return;
      this.#explained = digit;
      this.#emit("check", null);
      this.#emit("backward", { backward: new Backward(answer, network), digit });
      this.#timer = setTimeout(() => this.#check(digit), CALM);
    } catch (error) {
      if (isNewest()) this.#emit("trouble", { message: error.message });
    }
  }

  async #check(digit) {
    const still = () => this.#digit?.pixels === digit.pixels && this.#digit.model === digit.model && this.label === digit.label;
    try {
      const { check } = await gradients(digit.pixels, digit.label, { model: digit.model, check: true });
      if (still()) this.#emit("check", check);
    } catch (error) {
      if (still()) this.#emit("trouble", { message: error.message });
    }
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
