/** Turns parts into nodes: raised and lowered text, and numbers that carry their symbol and their value at full precision. */

import { Bars } from "../ui/bars.js";
import { element } from "../ui/dom.js";
import { chance, number } from "../ui/format.js";

const MOST_PLACES = 14;
const RAISED = /[\^_]\{/;
const WHOLE = /^(?:y\[\d+\]|argmax\(\w+\)|float\(.*\))$/; // counts and labels

/** The nodes of some parts. */
export function write(parts) {
  return [parts].flat(Infinity).flatMap((part) => {
    if (part.next) return [element("br")];
    return typeof part === "string" ? text(part) : [shown(part)];
  });
}

/** "e^{z_{t}}" -> "e" and <sup> with "z" and <sub> in it. */
function text(given) {
  const start = given.search(RAISED);
  if (start < 0) return given === "" ? [] : [given];
  const end = closing(given, start + 2);
  const tag = given[start] === "^" ? "sup" : "sub";
  return [...text(given.slice(0, start)), element(tag, {}, ...text(given.slice(start + 2, end))), ...text(given.slice(end + 1))];
}

/** Where the brace that is open at `from` is closed. */
function closing(given, from) {
  let depth = 1;
  for (let at = from; at < given.length; at += 1) {
    depth += { "{": 1, "}": -1 }[given[at]] ?? 0;
    if (depth === 0) return at;
  }
  return given.length;
}

function shown({ symbol, value, digits }) {
  return element("span", { class: "value", "data-symbol": symbol, "data-value": String(value) }, rounded(symbol, value, digits));
}

/** A value as readers see it: probabilities near 1 are not rounded to 1. */
function rounded(symbol, value, digits) {
  if (WHOLE.test(symbol)) return String(value);
  if (digits) return number(value, digits, MOST_PLACES);
  return symbol.startsWith("yhat[") ? chance(value) : number(value);
}

/** A block of what can be opened: words, a table or bars. */
export function block({ words, table, bars }) {
  if (words) return element("p", {}, write(words));
  if (bars) return barsOf(bars);
  return tableOf(table);
}

function tableOf({ head, rows, foot }) {
  const cells = (row, tag) => row.map((cell, at) => element(at === 0 ? "th" : tag, at === 0 ? { scope: "row" } : {}, write(cell)));
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": plain(head[0]) },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, head.map((cell) => element("th", { scope: "col" }, write(cell))))),
      element("tbody", {}, rows.map((row) => element("tr", {}, cells(row, "td")))),
      foot ? element("tfoot", {}, element("tr", {}, cells(foot, "td"))) : null,
    ),
  );
}

const plain = (cell) => write(cell).map((node) => node.textContent ?? node).join("");

function barsOf({ cell, marked }) {
  const numbers = Array.from({ length: 10 }, (_, k) => cell(k));
  const list = element("ol");
  const values = numbers.map(({ value }) => value);
  new Bars(list, { signed: true }).show(values, { most: Math.max(...values.map(Math.abs)) || 1, marked });
  [...list.children].forEach((item, k) => (item.dataset.symbol = numbers[k].symbol)); // its value is there already
  return list;
}
