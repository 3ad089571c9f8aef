/** Formats numbers for readers: few digits, a real minus sign, percent, time left. */

import { fill, language, words } from "./words.js";

const minus = (text) => text.replace("-", "−");

/** About three significant digits; tiny and huge numbers as a power of ten. */
export function number(value, digits = 3, mostPlaces = 5) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? words.numbers.notANumber : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return power(value, digits - 1);
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return minus(value.toFixed(Math.min(places, mostPlaces)));
}

/** A power of ten: 1.2 × 10⁻⁸. */
export function power(value, places = 1) {
  const [mantissa, exponent] = value.toExponential(places).split("e");
  const raised = [...String(Number(exponent))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");
  return `${minus(mantissa)} × 10${raised}`;
}

/** A probability, with enough digits that 0.9999 is not rounded to 1. */
export const chance = (value) => (value > 0.99 && value < 1 ? number(value, 6) : number(value));

export function percent(share) {
  if (share > 0 && share < 0.0005) return "<\u00a00.1\u00a0%";
  if (share > 0.9995 && share < 1) return ">\u00a099.9\u00a0%";
  return `${(100 * share).toFixed(share > 0.1 && share < 0.9 ? 0 : 1)}\u00a0%`;
}

/** Percent that tells shares near 0 and 1 apart: 0.000023 %, 99.9998 %. */
export function finePercent(share) {
  if (share >= 0.001 && share <= 0.999) return percent(share);
  const left = share > 0.5 ? 1 - share : share;
  if (left === 0) return percent(share);
  const places = Math.min(1 - Math.floor(Math.log10(100 * left)), 12);
  return `${(100 * share).toFixed(places)}\u00a0%`;
}

/** An accuracy in percent, always with two decimals, to be compared in a column. */
export const accuracy = (share) => (share === null || share === undefined ? "–" : `${(100 * share).toFixed(2)}\u00a0%`);

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const { seconds: s, minutes, hours } = words.numbers;
  if (seconds < 10) return fill(s, { n: seconds.toFixed(1) });
  if (seconds < 90) return fill(s, { n: Math.round(seconds) });
  if (seconds < 5400) return fill(minutes, { n: Math.round(seconds / 60) });
  return fill(hours, { n: (seconds / 3600).toFixed(1) });
}

export const signed = (value, digits = 3) => (value < 0 ? number(value, digits) : `+${number(value, digits)}`);

/** A digit with its article: "a 7", "an 8". */
export const aDigit = (digit) => words.numbers.digits[digit];

/** An entry of a table, short: two decimals, none where it is large; exactly 0 is "0". */
export function entry(value) {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1e5) return power(value, 0).replaceAll(" ", "");
  return minus(value.toFixed(Math.abs(value) < 10 ? 2 : 0).replace("-0.00", "0.00"));
}

/** The power of ten in whose units `entry` shows such values: 1, or less where the largest of them is small. */
export const unitOf = (most) => (most >= 0.1 || !(most > 0) ? 1 : 10 ** Math.floor(Math.log10(most)));

/** A whole number with separators: 101,770. */
export const count = (value) => value.toLocaleString(language);

/** A symbol of a layer: "δ^[2]", for `sayRaised`; the subscript is free for a unit or a class. */
export const ofLayer = (symbol, layer) => `${symbol}^[${layer}]`;

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
export const subscript = (index) => [...String(index)].map((digit) => SUBSCRIPTS[digit]).join("");
