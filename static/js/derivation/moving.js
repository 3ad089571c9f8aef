/** One weight moved while all others stay: the loss as a curve, its slope there, the probabilities. Pure. */

import { forward, lossOf, Pass, placeOf, valueOf, withEntry } from "./pass.js";

const PLACES = 80; // of the slider, and steps of the curve
const REACH = { W1: 4, b1: 6, W2: 6, b2: 6 }; // how far a weight is moved to each side

/** The values that the slider can take: {least, most, step}, the weight's own in the middle. */
export function rangeOf(pass, entry) {
  const own = valueOf(pass.weights, entry);
  const reach = REACH[entry.array];
  return { own, least: own - reach, most: own + reach, step: (2 * reach) / PLACES };
}

/** The pass with the weight at this value. */
export const movedTo = (pass, entry, value) => new Pass(withEntry(pass.weights, entry, value), pass.x, pass.label);

/** [[w, L(w)], …] over the whole range. */
export function curveOf(pass, entry) {
  const { least, step } = rangeOf(pass, entry);
  const weights = withEntry(pass.weights, entry, 0); // one copy, moved along
  const values = weights[entry.array];
  const place = placeOf(weights, entry);
  return Array.from({ length: PLACES + 1 }, (_, at) => {
    const w = least + at * step;
    values[place] = w;
    return [w, lossOf(forward(weights, pass.x), pass.label)];
  });
}
