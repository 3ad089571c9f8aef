/** The equations of the backward pass as MathML text. Pure. */

import { words } from "../ui/words.js";

const mi = (name) => `<mi>${name}</mi>`;
const mo = (sign) => `<mo>${sign}</mo>`;
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`;
const sub = (base, below) => `<msub>${base}${below}</msub>`;
const sup = (base, above) => `<msup>${base}${above}</msup>`;
const transposed = (base) => sup(base, mo("⊤"));
const at = (name, layer) => sub(mi(name), `<mn>${layer}</mn>`);
const math = (...parts) => `<math display="block">${row(...parts)}</math>`;

/** The symbol of a layer's output: x for the input, h for a single hidden layer, h₁, h₂ … for several. */
const output = (layer, depth) => (layer === 0 ? mi("x") : depth === 2 ? mi("h") : at("h", layer));

export const loss = () => math(mi("L"), mo("="), mo("−"), mi("ln"), sub(mi("p"), mi(words.backprop.label)));

export const outputError = (depth) =>
  math(at("δ", depth), mo("="), `<mfrac>${row(mo("∂"), mi("L"))}${row(mo("∂"), at("z", depth))}</mfrac>`, mo("="), mi("p"), mo("−"), mi("y"));

export const weightGradient = (layer, depth) =>
  math(
    mi("d"), at("W", layer), mo("="), transposed(output(layer - 1, depth)), at("δ", layer),
    mo(","), "<mspace width='1em'/>", mi("d"), at("b", layer), mo("="), at("δ", layer),
  );

export const hiddenError = (layer, depth) =>
  math(
    at("δ", layer), mo("="), row(mo("("), at("δ", layer + 1), transposed(at("W", layer + 1)), mo(")")),
    mo("⊙"), sup(mi("σ"), mo("′")), mo("("), at("z", layer), mo(")"),
  );

export const inputGradient = () =>
  math(`<mfrac>${row(mo("∂"), mi("L"))}${row(mo("∂"), mi("x"))}</mfrac>`, mo("="), at("δ", 1), transposed(at("W", 1)));
