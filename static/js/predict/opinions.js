/** What several networks read of one drawing: each is asked once. No DOM. */

import { predict } from "../service/api.js";

export class Opinions {
  #pixels = null;
  #answers = new Map(); // model -> promise of its answer

  /** The answer of a model to these pixels; rejects with an ApiError. */
  of(pixels, model) {
    if (pixels !== this.#pixels) {
      this.#pixels = pixels;
      this.#answers.clear();
    }
    if (!this.#answers.has(model)) {
      const coming = predict(pixels, model, false);
      coming.catch(() => this.#answers.delete(model)); // so that the next wish asks again
      this.#answers.set(model, coming);
    }
    return this.#answers.get(model);
  }
}
