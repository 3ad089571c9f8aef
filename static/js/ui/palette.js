/**
 * The two colour scales of the page. Diverging: orange below zero, blue above, distinct for every common colour blindness.
 * Slate: from dark for 0 to bright for 1, for pixels and activations.
 */

const DIVERGING = {
  light: [[143, 66, 4], [230, 138, 46], [244, 243, 240], [74, 144, 207], [8, 64, 129]],
  dark: [[255, 196, 128], [214, 120, 32], [38, 42, 51], [52, 124, 196], [150, 205, 255]],
};
const SLATE = [[14, 16, 21], [104, 116, 128], [255, 253, 246]];

/** Piecewise linear through `stops` for t in 0..1. */
function between(stops, t) {
  const place = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const left = Math.min(Math.floor(place), stops.length - 2);
  const part = place - left;
  return stops[left].map((value, channel) => Math.round(value + part * (stops[left + 1][channel] - value)));
}

/** t in -1..1 -> [r, g, b]. */
export const diverging = (t, theme) => between(DIVERGING[theme], (Number.isFinite(t) ? t : 0) / 2 + 0.5);

/** t in 0..1 -> [r, g, b]. */
export const slate = (t) => between(SLATE, Number.isFinite(t) ? t : 0);

export const css = ([r, g, b]) => `rgb(${r} ${g} ${b})`;

/** Black or white, whichever is easier to read on this colour (relative luminance as WCAG 2 defines it). */
export function inkOn(colour) {
  const [r, g, b] = colour.map((value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/** The largest magnitude, for the ends of a diverging legend. Never 0, so that it can be a divisor. */
export function reach(values) {
  let most = 0;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return most || 1;
}

/** One colour for each run on a chart; distinguishable without red against green, readable on both themes. */
export const RUNS = ["#2f7fd1", "#d9730d", "#8a63d2", "#0f8a7e", "#c2417c", "#8a7a2b", "#5b7083", "#b5483a"];
export const DASHES = ["", "6 3", "2 3", "8 3 2 3"];
export const DOTTED = "1.5 4";
