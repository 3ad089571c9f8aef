/** Sums written out term by term: the ten largest terms, all the others together, the bias, the sum. Pure. */

import { fillParts, largest, num } from "./parts.js";
import { count } from "../ui/format.js";
import { said } from "./words.js";

/**
 * A table of Σ left·right (+ bias). `terms`: how many; `heads`: of the two columns of factors; `name(at)`: a term as text; `left(at)`, `right(at)`: its factors;
 * `whole`: NumPy's expression for all products; `bias`: [name, number] or null; `total`: [name, number]; `most`: terms written singly.
 */
export function sumTable({ terms, heads, name, left, right, whole, bias = null, total, most = 10 }) {
  const products = Array.from({ length: terms }, (_, at) => left(at).value * right(at).value);
  const shown = largest(products, most);
  const rows = shown.map((at) => [name(at), left(at), right(at), num(`${left(at).symbol}*${right(at).symbol}`, products[at])]);
  if (terms > shown.length) rows.push([rest(terms - shown.length), "", "", restOf(whole, products, shown)]);
  if (bias) rows.push([bias[0], "", "", bias[1]]);
  return { table: { head: [said.sums.term, ...heads, said.sums.product], rows, foot: [total[0], "", "", total[1]] } };
}

const rest = (n) => fillParts(said.sums.rest, { n: count(n) });

function restOf(whole, products, shown) {
  const left = products.reduce((sum, product, at) => (shown.includes(at) ? sum : sum + product), 0);
  return num(`sum(delete(${whole},[${shown.join(",")}]))`, left);
}

/** A table with a row for each class. `columns`: [[heading, (class) -> part], …]; `foot`: the last row, if any. */
export function classTable(classes, columns, foot = null) {
  const rows = Array.from({ length: classes }, (_, k) => [String(k), ...columns.map(([, cell]) => cell(k))]);
  return { table: { head: [said.sums.class, ...columns.map(([heading]) => heading)], rows, foot } };
}

/** All numbers of a layer, `width` in a row, each row beginning with the index of its first. */
export function layerTable(count_, cell, width = 8) {
  const rows = Array.from({ length: Math.ceil(count_ / width) }, (_, row) => {
    const cells = Array.from({ length: Math.min(width, count_ - row * width) }, (_each, at) => cell(row * width + at));
    return [String(row * width), ...cells, ...Array(width - cells.length).fill("")];
  });
  return { table: { head: [said.sums.unit, ...Array.from({ length: width }, (_, at) => `+${at}`)], rows, foot: null } };
}
