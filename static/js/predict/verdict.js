/** Puts a prediction into a sentence. */

import { aDigit, percent } from "../ui/format.js";
import { fill, words } from "../ui/words.js";

const SURE = 0.9;
const CLOSE = 0.1;

/** `drawing`: the pen is down, so that an unfinished digit is not called a letter. */
export function verdict({ digit, class: name, probabilities, uncertain, reason }, drawing = false) {
  const { notYet, notSure, sure, moreThan, perhaps, perhapsOr, named } = words.predict;
  if (uncertain && drawing) return notYet;
  if (name && !uncertain) return fill(named, { name, chance: percent(probabilities[digit]) });
  if (uncertain) return sentence(reason) || fill(notSure, { digit });
  const first = { aDigit: aDigit(digit), chance: percent(probabilities[digit]) };
  if (probabilities[digit] >= SURE) return fill(sure, { ...first, chance: first.chance.replace(">", moreThan) });
  const second = ranked(probabilities)[1];
  if (probabilities[second] < CLOSE) return fill(perhaps, first);
  return fill(perhapsOr, { ...first, another: aDigit(second), anotherChance: percent(probabilities[second]) });
}

/** Whether the network itself doubts its answer. */
export const doubted = ({ digit, probabilities, uncertain }) => uncertain || probabilities[digit] < SURE;

export const ranked = (values) => [...values.keys()].sort((a, b) => values[b] - values[a]);

function sentence(text) {
  if (!text) return "";
  const start = text[0].toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
