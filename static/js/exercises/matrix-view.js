/** A matrix or vector as a table between brackets, under its symbol and shape. */

import { element } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { shapeText, symbol } from "./symbols.js";
import { said } from "./words.js";

const DIGITS = 4; // enough to go on by pencil

// What is wider than the page scrolls in its own box: then the keyboard must get there.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

/** `rows`: cells' nodes or texts; `name` and `shape` say what it is. */
export function matrix(name, shape, rows) {
  const label = fill(said.task.entries, { name, shape: shapeText(shape) });
  const table = element("table", { class: "matrix", "data-array": name }, element("tbody", {}, rows.map((row) => element("tr", {}, row.map((cell) => element("td", {}, cell))))));
  const box = element("div", { class: "scroll", role: "group", "aria-label": label }, table);
  sizes.observe(box);
  return element("div", { class: "named-matrix" }, element("p", { class: "matrix-name", "aria-hidden": "true" }, symbol(name), element("small", {}, shapeText(shape))), box);
}

/** The same for numbers; a vector is one row. */
export function numbersOf(name, shape, array) {
  const rows = shape.length === 1 ? [array] : array;
  return matrix(name, shape, rows.map((row) => row.map((value) => element("span", { "data-value": String(value) }, short(value)))));
}

const short = (value) => (Number.isInteger(value) ? String(value).replace("-", "−") : Math.abs(value) < 100 && Number(value.toFixed(1)) === value ? value.toFixed(1).replace("-", "−") : number(value, DIGITS));
