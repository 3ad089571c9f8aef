/** Fields in the shape of one gradient. A pasted table fills them; arrow keys up and down go from row to row. */

import { element, findAll, say } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { matrix } from "./matrix-view.js";
import { readGrid, splitPasted } from "./numbers.js";
import { said } from "./words.js";

const words = said.answer;

export class GridView {
  node;
  #say;
  #inputs; // rows of fields

  /** `draft[name]`: the texts that were typed before; kept up to date. */
  constructor(name, shape, draft) {
    this.name = name;
    const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
    const label = (row, column) => (shape.length === 1 ? fill(words.fieldOfVector, { name, column }) : fill(words.field, { name, row, column }));
    const field = (row, column) => element("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-label": label(row, column), "aria-describedby": `say-${name}`, value: draft[name]?.[row]?.[column] });
    this.#inputs = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => field(row, column)));
    this.#say = element("p", { id: `say-${name}`, class: "notice", role: "alert" });
    this.node = element("div", { class: "grid", "data-grid": name }, matrix(name, shape, this.#inputs), this.#say);
    this.node.addEventListener("input", ({ target }) => {
      draft[name] = this.#texts();
      target.removeAttribute("aria-invalid");
      say(this.#say, "");
    });
    this.node.addEventListener("paste", (event) => this.#paste(event));
    this.node.addEventListener("keydown", (event) => this.#move(event));
  }

  #texts() {
    return this.#inputs.map((row) => row.map(({ value }) => value));
  }

  /** See `readGrid`; what is wrong is said beside the fields. */
  read() {
    const found = readGrid(this.#texts());
    this.complain(found?.problem ? fill(words[found.problem], { name: this.name, text: found.text }) : "");
    return found;
  }

  complain(text) {
    say(this.#say, text);
    if (text === "") findAll("[aria-invalid]", this.node).forEach((input) => input.removeAttribute("aria-invalid"));
  }

  goTo([row, column]) {
    this.#inputs[row][column].setAttribute("aria-invalid", true);
    this.#inputs[row][column].focus();
  }

  #placeOf(input) {
    const row = this.#inputs.findIndex((each) => each.includes(input));
    return [row, this.#inputs[row]?.indexOf(input)];
  }

  #paste(event) {
    const cells = splitPasted(event.clipboardData.getData("text"));
    if (cells.flat().length < 2) return; // a single number goes where the cursor is
    event.preventDefault();
    const [top, left] = this.#placeOf(event.target);
    cells.forEach((row, down) => row.forEach((text, right) => {
      const input = this.#inputs[top + down]?.[left + right];
      if (input) input.value = text;
    }));
    event.target.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #move(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const [row, column] = this.#placeOf(event.target);
    const next = step && this.#inputs[row + step]?.[column];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  }
}
