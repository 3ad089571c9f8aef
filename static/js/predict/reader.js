/**
 * Requests a prediction whenever the drawing changes, and retries until it gets one. No DOM.
 * Emits "blank" | "answer" {pixels, answer, took} | "trouble" {message, away, retryIn}.
 */

import { predict } from "../service/api.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";

const WAITS = [0.5, 1, 2, 4]; // seconds between tries

export class Reader extends EventTarget {
  #drawing;
  #toPixels;
  #queue;
  #failures = 0;
  #retry = null;
  #era = 0; // counts how often the pad was cleared: an answer from before is dropped
  model = null; // an id, or null for the active one

  /** `toPixels(drawing)` -> Uint8Array of 784, or null when there is no ink. */
  constructor(drawing, toPixels) {
    super();
    this.#drawing = drawing;
    this.#toPixels = toPixels;
    this.#queue = new LatestOnlyQueue((asked, isNewest) => this.#ask(asked, isNewest));
    drawing.addEventListener("change", () => this.read());
  }

  /** Request a prediction, as the drawing or the model has changed. */
  read() {
    clearTimeout(this.#retry);
    if (this.#drawing.blank) {
      this.#era += 1;
      this.#emit("blank");
    }
    this.#queue.submit(performance.now());
  }

  async #ask(asked, isNewest) {
    const pixels = this.#drawing.blank ? null : this.#toPixels(this.#drawing);
    if (!pixels) {
      this.#emit("blank");
      return;
    }
    const era = this.#era;
    try {
      const answer = await predict(pixels, this.model);
      if (this.#failures) this.#emit("recovered");
      this.#failures = 0;
      if (era === this.#era) this.#emit("answer", { pixels, answer, took: performance.now() - asked });
    } catch (error) {
      if (isNewest()) this.#again(error);
    }
  }

  #again(error) {
    const temporary = error.away || error.status === 429;
    const wait = error.retryAfter ?? WAITS[Math.min(this.#failures, WAITS.length - 1)];
    this.#failures += 1;
    this.#emit("trouble", { message: error.message, away: error.away, status: error.status, retryIn: temporary ? wait : null });
    if (temporary) this.#retry = setTimeout(() => this.read(), 1000 * wait);
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
