/** What a network reads of samples: each drawing is read once. No DOM. */

import { predictBatch } from "../service/api.js";

const AT_ONCE = 500; // drawings in a request
const [PIXELS, CLASSES] = [784, 10];

export class Readings {
  #known = new Map(); // id of a network -> Map(id of a sample -> digit)

  /** Map(id of a sample -> the digit that this network reads); rejects with an ApiError. */
  async of(samples, model) {
    if (!this.#known.has(model)) this.#known.set(model, new Map());
    const known = this.#known.get(model);
    const left = samples.filter(({ id }) => !known.has(id));
    for (let start = 0; start < left.length; start += AT_ONCE) {
      const some = left.slice(start, start + AT_ONCE);
      const probabilities = await predictBatch(joined(some), model);
      some.forEach(({ id }, index) => known.set(id, likeliest(probabilities.subarray(CLASSES * index, CLASSES * (index + 1)))));
    }
    return known;
  }
}

function joined(samples) {
  const bytes = new Uint8Array(PIXELS * samples.length);
  samples.forEach(({ pixels }, index) => bytes.set(pixels, PIXELS * index));
  return bytes;
}

const likeliest = (probabilities) => probabilities.indexOf(Math.max(...probabilities));

/** How many of the samples are read as they were meant. */
export const rightOf = (samples, readings) => samples.filter(({ id, label }) => readings.get(id) === label).length;
