/** The weight in hand: what the reader chose, or what says most about this digit. Reads "W2[17, 3]". Pure. */

import { shapesOf } from "./pass.js";

const WRITTEN = /^\s*([wb])\s*([12])\s*[[({]?\s*(\d+)\s*(?:\]?\s*[,;[\s]\s*(\d+))?\s*[\])}]?\s*$/i;

/** {entry: {array, index}}, or {error: "form" | "count" | "range", …} with what its sentence needs. */
export function readWeight(text, weights) {
  const found = WRITTEN.exec(text);
  if (!found) return { error: "form", text: text.trim() };
  const array = (found[1].toLowerCase() === "w" ? "W" : "b") + found[2];
  const index = found.slice(3).filter((part) => part !== undefined).map(Number);
  const shape = shapesOf(weights)[array];
  if (index.length !== shape.length) return { error: shape.length === 2 ? "two" : "one", array };
  const axis = index.findIndex((each, at) => each >= shape[at]);
  if (axis >= 0) return { error: "range", array, found: index[axis], most: shape[axis] - 1, what: whatIs(array, axis) };
  return { entry: { array, index } };
}

/** What an index counts: "pixels", "units" or "outputs". */
function whatIs(array, axis) {
  if (array.endsWith("1")) return array === "W1" && axis === 0 ? "pixels" : "units";
  return array === "W2" && axis === 0 ? "units" : "outputs";
}

/** "W2[17, 3]", as the code has it. */
export const nameOf = ({ array, index }) => `${array}[${index.join(", ")}]`;

const argMax = (values) => values.indexOf(Math.max(...values));

/** The hidden unit that adds most to the label's logit, compared with what it adds to the others. */
function strongestUnit({ h, weights: { W2, classes }, label }) {
  return argMax(Array.from(h, (value, i) => {
    const row = W2.subarray(i * classes, (i + 1) * classes);
    return value * (row[label] - row.reduce((sum, w) => sum + w, 0) / classes);
  }));
}

/** The pixel that moves a unit's sum most. */
const strongestPixel = ({ x, weights: { W1, hidden } }, i) => argMax(Array.from(x, (value, p) => Math.abs(value * W1[p * hidden + i])));

/** {p, i, j}: a pixel, a hidden unit and an output; those that the reader did not choose are chosen for this digit. */
export function inHand(pass, chosen = {}) {
  const i = chosen.i ?? strongestUnit(pass);
  return { p: chosen.p ?? strongestPixel(pass, i), i, j: chosen.j ?? pass.label };
}

/** What of {p, i, j} an entry chooses. */
export function choiceOf({ array, index: [from, to] }) {
  return { W1: { p: from, i: to }, b1: { i: from }, W2: { i: from, j: to }, b2: { j: from } }[array];
}

/** The entry of an array for a pixel, a unit and an output. */
export function entryOf(array, { p, i, j }) {
  return { array, index: { W1: [p, i], b1: [i], W2: [i, j], b2: [j] }[array] };
}
