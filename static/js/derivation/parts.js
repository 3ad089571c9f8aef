/**
 * What a line says, as parts: text, in which ^{…} is raised and _{…} lowered, and numbers {symbol, value}. Pure.
 * A number's symbol is what NumPy would compute it by, in the names of the derivation: "h[17]", "W2[17,3]*h[17]".
 */

export const num = (symbol, value) => ({ symbol, value });

/** A template's {names} replaced by parts: fillParts("{a} of ten", {a: num(…)}). */
export function fillParts(template, values) {
  return template.split(/(?<![_^])\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 0) return part;
    if (!(part in values)) throw new RangeError(`{${part}}`);
    return values[part];
  }).flat(Infinity).filter((part) => part !== "");
}

/** A number with so many digits that what a small difference changes in it can be seen. */
export function toTell(number, difference) {
  const ratio = Math.abs(number.value / difference);
  return { ...number, digits: Number.isFinite(ratio) ? Math.min(3 + Math.max(0, Math.ceil(Math.log10(ratio))), 14) : 3 };
}

/** All numbers of some parts. */
export const numbersOf = (parts) => [parts].flat(Infinity).filter((part) => part?.symbol !== undefined);

/** The parts with something between each two. */
export const joined = (list, between = ", ") => list.flatMap((part, at) => (at ? [between, part] : [part]));

/** The indices of the largest magnitudes, the largest first. */
export function largest(values, howMany = 10) {
  return [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, howMany);
}

/** "z^{[2]}_{3}". */
export const at = (letter, layer, ...index) => `${letter}^{[${layer}]}${index.length ? `_{${index.join(",")}}` : ""}`;
