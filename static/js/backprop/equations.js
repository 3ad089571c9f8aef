/**
 * The equations of the backward pass as MathML text, in the notation of the text: the layer raised in brackets, W^[l], so that a
 * subscript is free for a unit or a class. Pure.
 */

import { words } from "../ui/words.js";

const mi = (name) => `<mi>${name}</mi>`;
const mo = (sign) => `<mo>${sign}</mo>`;
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
const sub = (base, below) => `<msub>${base}${below}</msub>`;
const sup = (base, above) => `<msup>${base}${above}</msup>`;
const bracket = (layer, ...more) => row(mo("["), `<mn>${layer}</mn>`, mo("]"), ...more);
const at = (name, layer) => sup(mi(name), bracket(layer));
const transposedAt = (name, layer) => sup(mi(name), bracket(layer, mo("⊤")));
const math = (...parts) => `<math display="block">${row(...parts)}</math>`;
const guess = mi("ŷ");

/** The symbol of a layer's output: x for the input, h for a single hidden layer, h^[1], h^[2] … for several. */
const output = (layer, depth) => (layer === 0 ? mi("x") : depth === 2 ? mi("h") : at("h", layer));
const transposedOutput = (layer, depth) =>
  layer === 0 || depth === 2 ? sup(mi(layer === 0 ? "x" : "h"), mo("⊤")) : transposedAt("h", layer);
const partial = (above, below) => `<mfrac>${row(mo("∂"), above)}${row(mo("∂"), below)}</mfrac>`;
const z = (unit, layer) => `<msubsup>${mi("z")}${mi(unit)}${bracket(layer)}</msubsup>`;
const sum = (layer, depth) => row(at("W", layer), output(layer - 1, depth), mo("+"), at("b", layer));
const lines = (...each) => `<math display="block"><mtable columnalign="left">${each.map((parts) => `<mtr><mtd>${row(...parts)}</mtd></mtr>`).join("")}</mtable></math>`;

export const hiddenOutput = (layer, depth) => math(output(layer, depth), mo("="), mi("σ"), mo("("), sum(layer, depth), mo(")"));

export const probabilities = (depth) => math(guess, mo("="), mi("softmax"), mo("("), sum(depth, depth), mo(")"));

export const loss = () => math(mi("L"), mo("="), mo("−"), mi("ln"), sub(guess, mi(words.backprop.label)));

export const jacobian = (depth) =>
  lines(
    [partial(sub(guess, mi("k")), z("j", depth)), mo("="), sub(guess, mi("k")), mo("("), sub("<mn>1</mn>", row(mi("k"), mo("="), mi("j"))), mo("−"), sub(guess, mi("j")), mo(")")],
    [
      partial(mi("L"), z("j", depth)), mo("="), `<munder>${mo("∑")}${mi("k")}</munder>`, mo("−"), `<mfrac>${sub(mi("y"), mi("k"))}${sub(guess, mi("k"))}</mfrac>`,
      partial(sub(guess, mi("k")), z("j", depth)), mo("="), sub(guess, mi("j")), mo("−"), sub(mi("y"), mi("j")),
    ],
  );

export const outputError = (depth) => math(at("δ", depth), mo("="), partial(mi("L"), at("z", depth)), mo("="), guess, mo("−"), mi("y"));

export const weightGradient = (layer, depth) =>
  math(
    mi("d"), at("W", layer), mo("="), at("δ", layer), transposedOutput(layer - 1, depth),
    mo(","), "<mspace width='1em'/>", mi("d"), at("b", layer), mo("="), at("δ", layer),
  );

export const hiddenError = (layer) =>
  math(
    at("δ", layer), mo("="), row(mo("("), transposedAt("W", layer + 1), at("δ", layer + 1), mo(")")),
    mo("⊙"), sup(mi("σ"), mo("′")), mo("("), at("z", layer), mo(")"),
  );

export const inputGradient = () => math(partial(mi("L"), mi("x")), mo("="), transposedAt("W", 1), at("δ", 1));
