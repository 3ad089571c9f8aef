/** Fills the grid of labelled samples: twenty of MNIST's test digits, two of each class, with their one-hot labels. */

import { testDigit } from "../draw/samples.js";
import { element } from "../ui/dom.js";
import { paintGrey } from "../ui/paint-grey.js";

// Places in the test set, in the order of their labels; the labels shown are those that come with the images.
const INDICES = [3, 2, 1, 18, 4, 8, 11, 0, 61, 7, 10, 5, 35, 30, 6, 15, 21, 17, 84, 9];
const CLASSES = 10;

/** Adds the samples to `grid`, each at its place. It is left as it is if the server does not answer. */
export async function fillSamples(grid) {
  try {
    grid.replaceChildren(...(await Promise.all(INDICES.map(testDigit))).map(sample));
  } catch {
    // the text stands without its samples
  }
}

function sample({ label, pixels }) {
  const canvas = element("canvas", { width: 28, height: 28, role: "img", "aria-label": `A ${label} of MNIST` });
  paintGrey(canvas, pixels);
  return element("figure", { class: "sample" }, canvas, element("figcaption", {}, String(label)), oneHot(label));
}

const oneHot = (label) =>
  element(
    "span",
    { class: "one-hot", role: "img", "aria-label": `1 at ${label}, 0 elsewhere` },
    Array.from({ length: CLASSES }, (_, k) => element("i", { "data-hot": k === label })),
  );
