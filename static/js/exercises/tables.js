/** Tables of numbers: what an exercise gives, and fields for what it asks for. */

import { element } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { said } from "./words.js";

const rowsOf = (values) => (Array.isArray(values[0]) ? values : [values]);

/** A table of numbers under its name, as given. */
export function numbers(name, values) {
  const rows = rowsOf(values).map((row) => element("tr", {}, row.map((value) => element("td", {}, name === "y" ? String(value) : number(value, 4)))));
  return element("div", { class: "given" }, element("h3", {}, said.names[name]), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": said.names[name] }, element("table", { "data-array": name }, element("tbody", {}, rows))));
}

/** A grid of fields for one gradient; `start` are texts to begin with. */
export function fields(array, shape, start = []) {
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  const label = (row, column) => fill(shape.length === 1 ? said.entryOfBias : said.entry, { array, row: row + 1, column: column + 1 });
  const field = (row, column) =>
    element("td", {}, element("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": label(row, column), value: start[row * columns + column] ?? "" }));
  const body = Array.from({ length: rows }, (_, row) => element("tr", {}, Array.from({ length: columns }, (_, column) => field(row, column))));
  const table = element("table", { class: "grid", "data-asked": array }, element("tbody", {}, body));
  return element("div", { class: "given" }, element("h3", {}, array), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": array }, table));
}
