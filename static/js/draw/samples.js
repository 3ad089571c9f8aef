/** Fetches MNIST's test digits with their labels, one at a time, and caches them. No DOM. */

import { digit } from "../service/api.js";

export const COUNT = 10_000;
const KEPT = 100;
const known = new Map(); // index -> promise of {index, label, pixels}

/** The digit with this index in MNIST's test set; rejects with an ApiError. */
export function testDigit(index) {
  if (!known.has(index)) {
    if (known.size >= KEPT) known.delete(known.keys().next().value);
    const coming = digit(index).then((found) => ({ ...found, pixels: Uint8Array.from(found.pixels) }));
    coming.catch(() => known.delete(index)); // so that the next wish tries again
    known.set(index, coming);
  }
  return known.get(index);
}
