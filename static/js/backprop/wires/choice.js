/** Which handful of a network's nodes is drawn, and the value of each wire between them. Pure. */

import { products, total } from "../../network/trace.js";

const INPUTS = 6;
const UNITS = 8;
const APART = 3; // inputs, in rows and columns: else all would be neighbours
const OUTPUTS = [...Array(10).keys()];

/** The indices with the largest scores, the largest first. */
const largest = (scores, howMany) => [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, howMany);

/** Inputs with large scores that lie apart; neighbours only where there are not enough others. */
function apart(scores, howMany) {
  const order = largest(scores, scores.length);
  const near = (a, b) => Math.abs((a % 28) - (b % 28)) < APART && Math.abs(Math.floor(a / 28) - Math.floor(b / 28)) < APART;
  const chosen = order.reduce((list, each) => (list.length < howMany && !list.some((other) => near(each, other)) ? [...list, each] : list), []);
  return [...chosen, ...order.filter((each) => !chosen.includes(each))].slice(0, howMany).sort((a, b) => a - b); // from top to bottom
}

/** What each unit of the last hidden layer adds to the z of `digit`, compared with the digits' mean. */
function votes({ network, trace }, digit) {
  return Array.from(trace.a[trace.depth - 1], (activation, unit) => {
    const weights = network.outOf(trace.depth, unit);
    return activation * (weights[digit] - total(weights) / weights.length);
  });
}

/** How much each unit before a layer moves the chosen units of that layer. */
function pull({ network, trace }, layer, units) {
  const scores = new Float64Array(trace.a[layer - 1].length);
  for (const to of units) products(trace.a[layer - 1], network.into(layer, to)).forEach((value, from) => (scores[from] += Math.abs(value)));
  return scores;
}

/**
 * The nodes of each layer, from the inputs to the outputs. `by`: how the last hidden units are chosen, those that speak loudest
 * for the "answer" or the "label", or those with the largest "error"; `extra`: one more of them, or null.
 */
export function pick(backward, { by, extra = null, known = true }) {
  const { depth, probabilities, label, deltas } = backward;
  const answer = probabilities.indexOf(Math.max(...probabilities));
  const last = by === "error" && known ? Array.from(deltas[depth - 1], Math.abs) : votes(backward, by === "label" ? label : answer);
  const nodes = { [depth]: OUTPUTS };
  for (let layer = depth - 1; layer >= 0; layer -= 1) {
    const scores = layer && layer === depth - 1 ? last : pull(backward, layer + 1, nodes[layer + 1]);
    nodes[layer] = layer ? largest(scores, UNITS) : apart(scores, INPUTS);
  }
  if (extra !== null && depth > 1 && extra < last.length && !nodes[depth - 1].includes(extra)) nodes[depth - 1].push(extra);
  return Array.from({ length: depth + 1 }, (_, layer) => nodes[layer]);
}

/** What a wire shows: "weight", "product" (weight × activation), "back" (weight × error) or "gradient". Beyond the outputs: to L. */
export function valueOf(backward, kind, layer, from, to) {
  const { network, trace, deltas, depth } = backward;
  if (layer > depth) return toLoss(backward, kind, from);
  const weight = network.weight(layer, from, to);
  if (kind === "weight") return weight;
  if (kind === "product") return weight * trace.a[layer - 1][from];
  return kind === "back" ? weight * deltas[layer][to] : backward.dW(layer, from, to);
}

function toLoss({ probabilities, label, deltas, depth }, kind, output) {
  const y = output === label ? 1 : 0;
  if (kind === "weight") return y;
  if (kind === "product") return y && -Math.log(probabilities[output]);
  return deltas[depth][output];
}
