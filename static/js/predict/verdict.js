/** What the network says, in a sentence. */

import { aDigit, percent } from "../ui/format.js";

const SURE = 0.9;
const CLOSE = 0.1;

/** `drawing`: the pen is down, so that what looks like a letter may yet become a digit. */
export function verdict({ digit, probabilities, uncertain, reason }, drawing = false) {
  if (uncertain && drawing) return "Not sure yet …";
  if (uncertain) return sentence(reason) || `Not sure what this is; the closest digit is ${digit}.`;
  const order = ranked(probabilities);
  if (probabilities[digit] >= SURE) return `Reads as ${aDigit(digit)}, ${percent(probabilities[digit]).replace(">", "more than")} sure.`;
  const second = order[1];
  const start = `Perhaps ${aDigit(digit)} (${percent(probabilities[digit])})`;
  return probabilities[second] >= CLOSE ? `${start}, or ${aDigit(second)} (${percent(probabilities[second])}).` : `${start}, not sure.`;
}

export const ranked = (values) => [...values.keys()].sort((a, b) => values[b] - values[a]);

function sentence(text) {
  if (!text) return "";
  const start = text[0].toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
