/** The confusion matrix as a table. Each cell, row and column is a button that picks its digits; one stop for Tab, arrow keys within. */

import { describe, inside, keyOf, nameOf } from "./confusion.js";
import { element, findAll } from "../ui/dom.js";
import { words } from "../ui/words.js";

const DIGITS = [...Array(10).keys()];
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class ConfusionTable {
  #table;
  #pick;
  #names = []; // of the classes, where they are no digits

  /** `pick({label, digit})` is called when a cell, row or column is chosen. */
  constructor(table, pick) {
    this.#table = table;
    this.#pick = pick;
    table.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Rows are labels, columns predicted digits, or classes with `names`. Mistakes are shaded by their number. */
  show(whole, names = []) {
    this.#names = names;
    const classes = DIGITS.slice(0, names.length || DIGITS.length);
    const confusion = whole.slice(0, classes.length).map((row) => row.slice(0, classes.length));
    this.#table.classList.toggle("named", names.length > 0);
    const most = Math.max(1, ...confusion.flatMap((row, label) => row.filter((_, read) => read !== label)));
    const head = (scope, text, pick) => element("th", { scope }, this.#button(text, pick, inside(confusion, pick)));
    const heads = classes.map((digit) => head("col", nameOf(digit, names), { label: null, digit }));
    const rows = confusion.map((row, label) => element("tr", {}, head("row", nameOf(label, names), { label, digit: null }), row.map((n, digit) => this.#cell(n, label, digit, most))));
    const caption = element("caption", { class: "hint" }, names.length ? words.mistakes.captionOfThings : words.mistakes.caption);
    this.#table.replaceChildren(caption, element("thead", {}, element("tr", {}, element("th", { scope: "col" }, words.mistakes.corner), heads)), element("tbody", {}, rows));
    findAll("button", this.#table).find(({ disabled }) => !disabled)?.setAttribute("tabindex", 0);
  }

  mark(pick) {
    for (const button of findAll("button", this.#table)) button.setAttribute("aria-pressed", String(button.dataset.pick === keyOf(pick)));
  }

  #cell(n, label, digit, most) {
    const right = label === digit;
    const node = element("td", { class: right ? "right" : n ? "wrong" : "none" }, n ? this.#button(String(n), { label, digit }, n) : "·");
    if (!right && n) node.style.setProperty("--share", (0.2 + (0.8 * n) / most).toFixed(2));
    return node;
  }

  #button(text, pick, n) {
    const name = describe(pick, n, this.#names);
    return element("button", { type: "button", tabindex: -1, title: name, "aria-label": name, "aria-pressed": "false", "data-pick": keyOf(pick), disabled: n === 0, onclick: ({ currentTarget }) => this.#choose(currentTarget, pick) }, text);
  }

  #choose(button, pick) {
    this.#stop(button);
    this.#pick(pick);
  }

  /** Make this button the one that Tab reaches. */
  #stop(button) {
    for (const other of findAll("[tabindex='0']", this.#table)) other.setAttribute("tabindex", -1);
    button.setAttribute("tabindex", 0);
  }

  #key(event) {
    const step = STEPS[event.key];
    const here = event.target.closest("th, td");
    if (!step || !here) return;
    event.preventDefault();
    let [row, column] = [here.parentNode.rowIndex, here.cellIndex];
    for (;;) {
      [row, column] = [row + step[0], column + step[1]];
      const cell = this.#table.rows[row]?.cells[column];
      if (!cell) return;
      const button = cell.querySelector("button:enabled");
      if (!button) continue; // nothing was mistaken so: on to the next
      this.#stop(button);
      button.focus();
      return;
    }
  }
}
