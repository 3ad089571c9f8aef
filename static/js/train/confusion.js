/**
 * A confusion matrix: confusion[t][p] counts the digits t that were read as p. Pure.
 * A pick {label, digit} is a cell of it; null stands for any: a row, a column, or all mistakes.
 */

import { count } from "../ui/format.js";

export const ALL = Object.freeze({ label: null, digit: null });
export const keyOf = ({ label, digit }) => `${label} ${digit}`;
export const readRight = ({ label, digit }) => label !== null && label === digit;

/** How many digits are in a pick: mistakes, but for a cell of the diagonal. */
export function inside(confusion, pick) {
  if (readRight(pick)) return confusion[pick.label][pick.label];
  const { label, digit } = pick;
  const among = (t, p) => t !== p && (label ?? t) === t && (digit ?? p) === p;
  return confusion.reduce((sum, row, t) => row.reduce((so, n, p) => so + (among(t, p) ? n : 0), sum), 0);
}

/** "4 read as 9: 6 digits" */
export function describe(pick, n) {
  const { label, digit } = pick;
  const digits = `${count(n)} ${n === 1 ? "digit" : "digits"}`;
  if (label === null) return digit === null ? `All mistakes: ${digits}` : `Wrongly read as ${digit}: ${digits}`;
  if (digit === null) return `${label} misread: ${digits}`;
  return readRight(pick) ? `${label} read right: ${digits}` : `${label} read as ${digit}: ${digits}`;
}
