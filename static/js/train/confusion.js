/**
 * Queries of a confusion matrix: confusion[t][p] counts the digits t that were read as p. Pure.
 * A pick {label, digit} selects a cell; null stands for any, which gives a row, a column, or all mistakes.
 */

import { count } from "../ui/format.js";
import { fillCount, words } from "../ui/words.js";

export const ALL = Object.freeze({ label: null, digit: null });
export const keyOf = ({ label, digit }) => `${label} ${digit}`;
export const readRight = ({ label, digit }) => label !== null && label === digit;

/** What a label is called: its class's name, or its number where classes are digits. */
export const nameOf = (label, names = []) => names[label] ?? String(label);

/** How many mistakes a pick selects; for a cell of the diagonal, how many correct digits. */
export function inside(confusion, pick) {
  if (readRight(pick)) return confusion[pick.label][pick.label];
  const { label, digit } = pick;
  const among = (t, p) => t !== p && (label ?? t) === t && (digit ?? p) === p;
  return confusion.reduce((sum, row, t) => row.reduce((so, n, p) => so + (among(t, p) ? n : 0), sum), 0);
}

/** A pick in words: "4 read as 9: 6 digits"; `names`: those of the classes, where they are no digits. */
export function describe(pick, n, names = []) {
  const { all, wronglyRead, misread, readRight: right, readAs } = names.length ? words.mistakes.things : words.mistakes;
  const shown = { label: nameOf(pick.label, names), digit: nameOf(pick.digit, names), n: count(n) };
  const say = (forms) => fillCount(forms, n, shown);
  if (pick.label === null) return say(pick.digit === null ? all : wronglyRead);
  if (pick.digit === null) return say(misread);
  return say(readRight(pick) ? right : readAs);
}
