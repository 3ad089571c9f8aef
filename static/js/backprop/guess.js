/**
 * The questions that a reader may answer before a stage or a step shows its numbers. A question has an `id`, a `text`, `options`
 * [{id, text}], the id of the `right` one and the `reason` why, all with this digit's numbers. Pure.
 */

import { aDigit, chance, number, ofLayer, signed, subscript } from "../ui/format.js";
import { fill, words } from "../ui/words.js";

const said = words.guess;
const digits = Array.from({ length: 10 }, (_, digit) => ({ id: String(digit), text: String(digit) }));
const signs = ["plus", "minus", "zero"].map((id) => ({ id, text: said[id] }));
const signOf = (value) => (value > 0 ? "plus" : value < 0 ? "minus" : "zero");
const largest = (values) => values.reduce((best, value, index) => (value > values[best] ? index : best), 0);

/** The question of a stage, or null where nothing is to be guessed. */
export function questionFor({ kind, layer }, backward) {
  switch (kind) {
    case "jacobian":
    case "error": return largestError(backward);
    case "weights": return weightSign(backward, layer);
    case "hidden": return unitSign(backward, layer);
    case "first": return inputWeightSign(backward);
    default: return null;
  }
}

/** The label's is never the smaller one: 1 − ŷ_t is what all the others have together. */
function largestError({ probabilities, label, depth }) {
  const others = Array.from(probabilities, (value, digit) => (digit === label ? -1 : value));
  const next = largest(others);
  const values = {
    delta: ofLayer("δ", depth), label: subscript(label), error: signed(probabilities[label] - 1), next: subscript(next), nextError: signed(probabilities[next]),
  };
  return { id: "delta", text: fill(said.largest, values), options: digits, right: String(label), reason: fill(said.largestReason, values) };
}

const outputName = (layer, depth) => (layer === 0 ? "x" : depth === 2 ? "h" : ofLayer("h", layer));

function sign(backward, layer, from, to, reason) {
  const { trace, deltas, depth } = backward;
  const [activation, error] = [trace.a[layer - 1][from], deltas[layer][to]];
  const values = {
    weight: `${ofLayer("W", layer)}[${to}, ${from}]`, from, to, before: `${outputName(layer - 1, depth)}${subscript(from)}`, delta: `${ofLayer("δ", layer)}${subscript(to)}`,
    activation: number(activation), error: signed(error), value: signed(activation * error),
  };
  return { id: `dW${layer}`, options: signs, right: signOf(activation * error), text: fill(layer === 1 ? said.inputWeight : said.weight, values), reason: fill(reason(activation, error), values) };
}

/** A weight from the most active unit, into the label's output or that of the likeliest other digit, whichever the unit's number says. */
function weightSign(backward, layer) {
  const { trace, probabilities, label, depth } = backward;
  const from = largest(Array.from(trace.a[layer - 1], Math.abs));
  const other = largest(Array.from(probabilities, (value, digit) => (digit === label ? -1 : value)));
  const to = layer < depth ? backward.strongest(layer, 1)[0] : from % 2 ? label : other;
  const reason = (activation) => (layer < depth || activation < 0 ? said.productReason : to === label ? said.labelReason : said.otherReason);
  return sign(backward, layer, from, to, reason);
}

/** A weight into the unit with the largest error, from a blank or an inked input, whichever the unit's number says. */
function inputWeightSign(backward) {
  const { trace } = backward;
  const [to] = backward.strongest(1, 1);
  const blank = trace.a[0].findIndex((value) => value === 0);
  const from = to % 3 === 0 && blank >= 0 ? blank : largest(Array.from(trace.a[0]));
  return sign(backward, 1, from, to, (activation) => (activation === 0 ? said.blankReason : said.inputReason));
}

function unitSign(backward, layer) {
  const { network, deltas } = backward;
  const [unit] = backward.strongest(layer, 1);
  const parts = Array.from(network.outOf(layer + 1, unit), (weight, to) => weight * deltas[layer + 1][to]);
  const most = largest(parts.map(Math.abs));
  const values = {
    unit, delta: `${ofLayer("δ", layer)}${subscript(unit)}`, sum: signed(backward.arriving(layer, unit)), slope: number(backward.slope(layer, unit)),
    part: signed(parts[most]), weight: `${ofLayer("W", layer + 1)}[${most}, ${unit}]`, error: `${ofLayer("δ", layer + 1)}${subscript(most)}`, value: signed(deltas[layer][unit]),
  };
  return { id: `delta${layer}`, text: fill(said.unit, values), options: signs, right: signOf(deltas[layer][unit]), reason: fill(said.unitReason, values) };
}

/** Of a step: will the loss fall by more or by less than the slope promises? Its answer is known once the step is taken. */
export function stepQuestion(rate, promised) {
  const options = ["more", "less"].map((id) => ({ id, text: said[id] }));
  return { id: "step", text: fill(said.step, { rate: number(rate), promised: number(promised) }), options };
}

/** The step's question with its answer: `fell` is by how much the loss really fell. */
export function stepAnswer(question, promised, fell) {
  const right = fell > promised ? "more" : "less";
  const why = !Number.isFinite(fell) ? said.burstReason : fell < 0 ? said.roseReason : right === "more" ? said.moreReason : fell < 0.9 * promised ? said.lessReason : said.nearlyReason;
  return { ...question, right, reason: fill(why, { fell: number(fell), rose: number(-fell), promised: number(promised) }) };
}

/** What the reader is told: {right: boolean, text}. */
export function verdict({ options, right, reason, id }, choice) {
  const { text } = options.find((option) => option.id === right);
  if (choice === right) return { right: true, text: fill(said.right, { reason }) };
  return { right: false, text: fill(id === "delta" ? said.wrongDigit : said.wrong, { answer: id === "delta" ? aDigit(Number(right)) : text, reason }) };
}
