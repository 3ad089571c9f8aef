/** What a node of the drawn network says when it is pointed at: its sum with this digit's numbers, as far as the walk has come. Pure. */

import { ACTIVATIONS } from "../../network/activation.js";
import { FEATURES } from "../../network/features.js";
import { products, total } from "../../network/trace.js";
import { chance, number, ofLayer, signed, subscript } from "../../ui/format.js";
import { fill, words } from "../../ui/words.js";

const TERMS = 3; // of a sum that are written out

export function sentence(backward, state, layer, index) {
  const { depth } = backward;
  if (layer > depth) return ofLoss(backward, state);
  if (layer === 0) return ofInput(backward, state, index);
  const parts = [];
  if (layer <= state.forward) parts.push(forward(backward, layer, index));
  if (layer >= state.delta) parts.push(layer === depth ? outputError(backward, index) : hiddenError(backward, layer, index));
  const name = fill(layer === depth ? words.wires.output : words.wires.unit, { n: index });
  return `${name} ${parts.length ? parts.join(" ") : words.wires.notYet}`;
}

/** The largest terms of a sum in words: "+1.2 (h₄₅), −0.9 (h₇), all others +3.4". */
function terms(values, name) {
  const order = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, TERMS);
  const rest = total(values) - order.reduce((sum, index) => sum + values[index], 0);
  const written = order.map((index) => `${signed(values[index])} (${name}${subscript(index)})`).join(", ");
  return values.length > TERMS ? fill(words.wires.terms, { terms: written, rest: signed(rest) }) : written;
}

const outputName = (layer, depth) => (layer === 0 ? "x" : depth === 2 ? "h" : ofLayer("h", layer));

function forward({ network, trace, depth, probabilities }, layer, unit) {
  const [z, bias] = [trace.z[layer][unit], network.bias(layer, unit)];
  const values = products(trace.a[layer - 1], network.into(layer, unit));
  const { symbol } = ACTIVATIONS[network.activation];
  const result =
    layer === depth
      ? `ŷ${subscript(unit)} = ${chance(probabilities[unit])}`
      : `${outputName(layer, depth)}${subscript(unit)} = ${symbol}(${number(z)}) = ${number(trace.a[layer][unit])}`;
  const sum = { z: `${ofLayer("z", layer)}${subscript(unit)}`, terms: terms(values, outputName(layer - 1, depth)), bias: signed(bias), value: number(z), result };
  return fill(words.wires.forward, sum);
}

function outputError({ probabilities, label, deltas, depth }, output) {
  const name = subscript(output);
  return `${ofLayer("δ", depth)}${name} = ŷ${name} − y${name} = ${chance(probabilities[output])} − ${output === label ? 1 : 0} = ${signed(deltas[depth][output])}.`;
}

function hiddenError(backward, layer, unit) {
  const { network, deltas } = backward;
  const values = products(network.outOf(layer + 1, unit), deltas[layer + 1]);
  const found = {
    delta: `${ofLayer("δ", layer)}${subscript(unit)}`,
    terms: terms(values, ofLayer("δ", layer + 1)),
    sum: number(backward.arriving(layer, unit)),
    slope: number(backward.slope(layer, unit)),
    value: signed(deltas[layer][unit]),
  };
  return fill(words.wires.back, found);
}

function ofInput({ network, trace, inputError }, { input }, index) {
  const said = FEATURES[network.features].tell(index, number(trace.a[0][index], 2));
  return input ? `${said} ∂L/\u2060∂x${subscript(index)} = ${signed(inputError[index])}.` : said;
}

function ofLoss({ probabilities, label, loss }, state) {
  if (!state.loss) return `L: ${words.wires.notYet}`;
  const name = subscript(label);
  return `L = −Σ yₖ ln ŷₖ = −ln ŷ${name} = −ln(${chance(probabilities[label])}) = ${number(loss)}.`;
}
