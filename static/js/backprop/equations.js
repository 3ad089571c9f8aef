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

/** The symbol of a layer's output, transposed: x for the input, h for a single hidden layer, h^[1], h^[2] … for several. */
const transposedOutput = (layer, depth) => (layer === 0 ? sup(mi("x"), mo("⊤")) : depth === 2 ? sup(mi("h"), mo("⊤")) : transposedAt("h", layer));

export const loss = () => math(mi("L"), mo("="), mo("−"), mi("ln"), sub(guess, mi(words.backprop.label)));

export const outputError = (depth) =>
  math(at("δ", depth), mo("="), `<mfrac>${row(mo("∂"), mi("L"))}${row(mo("∂"), at("z", depth))}</mfrac>`, mo("="), guess, mo("−"), mi("y"));

export const weightGradient = (layer, depth) =>
  math(
    mi("d"), at("W", layer), mo("="), transposedOutput(layer - 1, depth), at("δ", layer),
    mo(","), "<mspace width='1em'/>", mi("d"), at("b", layer), mo("="), at("δ", layer),
  );

export const hiddenError = (layer) =>
  math(
    at("δ", layer), mo("="), row(mo("("), at("δ", layer + 1), transposedAt("W", layer + 1), mo(")")),
    mo("⊙"), sup(mi("σ"), mo("′")), mo("("), at("z", layer), mo(")"),
  );

export const inputGradient = () =>
  math(`<mfrac>${row(mo("∂"), mi("L"))}${row(mo("∂"), mi("x"))}</mfrac>`, mo("="), at("δ", 1), transposedAt("W", 1));
