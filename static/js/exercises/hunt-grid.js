/** One gradient of the planted bug as a table of buttons: one stop of the Tab key, arrow keys within. */

import { element, say } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { nameOf } from "./hunt.js";
import { matrix } from "./matrix-view.js";
import { said } from "./words.js";

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class HuntGrid {
  node;
  #buttons; // rows

  /** `measure(entry)` gives {measured, agrees}, or null if no difference is left. */
  constructor(array, hunt, measure) {
    const shape = hunt.shapes[array];
    const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
    const button = (row, column) => {
      const entry = { array, index: shape.length === 1 ? [column] : [row, column] };
      entry.name = nameOf(entry);
      const value = number(hunt.planted(entry));
      const own = element("span", {}, value);
      const measured = element("small", { class: "measured" });
      const node = element("button", { type: "button", "data-entry": entry.name, tabindex: row || column ? -1 : 0, "aria-label": fill(said.bug.entry, { name: entry.name, value }) }, own, measured);
      node.addEventListener("click", () => show(node, measured, measure(entry)));
      return node;
    };
    this.#buttons = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => button(row, column)));
    this.node = matrix(`d${array}`, shape, this.#buttons);
    this.node.classList.add("hunt-grid");
    this.node.addEventListener("keydown", (event) => this.#move(event));
    this.node.addEventListener("focusin", ({ target }) => this.#stop(target));
  }

  #stop(target) {
    for (const button of this.#buttons.flat()) button.tabIndex = button === target ? 0 : -1;
  }

  #move(event) {
    const step = ARROWS[event.key];
    if (!step) return;
    const row = this.#buttons.findIndex((each) => each.includes(event.target));
    if (row < 0) return;
    const next = this.#buttons[row + step[0]]?.[this.#buttons[row].indexOf(event.target) + step[1]];
    event.preventDefault();
    next?.focus();
  }
}

/** What was measured stands below the program's own number, with a sign and not only a colour. */
function show(node, measured, found) {
  if (!found) return;
  node.dataset.agrees = found.agrees;
  say(measured, `${found.agrees ? "=" : "≠"} ${number(found.measured)}`);
  node.setAttribute("aria-label", `${node.dataset.entry}: ${node.firstChild.textContent} ${measured.textContent}`);
}
