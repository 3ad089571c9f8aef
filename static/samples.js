/** Every tenth MNIST test digit with its label; fetched when first wanted. No DOM. */

import { ApiError } from "./api.js";

export const STEP = 10; // of MNIST's 10,000 test digits
const PIXELS = 784;
const FILE = new URL("test-digits.bin", import.meta.url);
let coming = null;

/** {count, labels: (n,), images: (n·784,)}, bytes all. */
export function testDigits() {
  coming ??= load();
  coming.catch(() => (coming = null)); // so that the next wish tries again
  return coming;
}

async function load() {
  const response = await fetch(FILE).catch(() => null);
  if (!response?.ok) throw new ApiError(0, "The test digits could not be fetched.");
  const inflated = response.body.pipeThrough(new DecompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer());
  const count = bytes.length / (PIXELS + 1);
  return { count, labels: bytes.subarray(0, count), images: bytes.subarray(count) };
}

/** The digit with the index that it has in MNIST's test set; null when it is not among ours. */
export function digitAt({ count, labels, images }, sample) {
  const at = sample / STEP;
  if (!Number.isInteger(at) || at < 0 || at >= count) return null;
  return { sample, label: labels[at], pixels: images.slice(at * PIXELS, (at + 1) * PIXELS) };
}
