/** Fields in the shape of one gradient. A pasted table fills them; arrow keys up and down go from row to row. */

import { element, say } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { matrix } from "./matrix-view.js";
import { fitting, readGrid, splitPasted } from "./numbers.js";
import { shapeText } from "./symbols.js";
import { said } from "./words.js";

const words = said.answer;
const sizeOf = (cells) => shapeText([cells.length, cells[0].length]);

export class GridView {
  node;
  #say;
  #inputs; // rows of fields
  #shape; // rows and columns
  #size; // what it says of them

  /** `draft[name]`: the texts that were typed before; kept up to date. */
  constructor(name, shape, draft) {
    this.name = name;
    this.#shape = shape.length === 1 ? [1, ...shape] : shape;
    this.#size = shapeText(shape);
    const [rows, columns] = this.#shape;
    const label = (row, column) => (shape.length === 1 ? fill(words.fieldOfVector, { name, column }) : fill(words.field, { name, row, column }));
    const field = (row, column) => element("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-label": label(row, column), "aria-describedby": `say-${name}`, value: draft[name]?.[row]?.[column] });
    this.#inputs = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => field(row, column)));
    this.#say = element("p", { id: `say-${name}`, class: "notice", role: "alert" });
    this.node = element("div", { class: "grid", "data-grid": name }, matrix(name, shape, this.#inputs), this.#say);
    this.node.addEventListener("input", ({ target }) => {
      draft[name] = this.#texts();
      this.#calm(target);
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
    if (text === "") this.#inputs.flat().forEach((input) => this.#calm(input));
  }

  /** Mark wrong entries, [row, column] or of a vector [column]; the hint of their verdict describes them. */
  mark(entries) {
    this.complain("");
    for (const entry of entries) {
      const input = this.#inputs[entry.length === 1 ? 0 : entry[0]]?.[entry.at(-1)];
      input?.classList.add("off");
      input?.setAttribute("aria-invalid", true);
      input?.setAttribute("aria-describedby", `${this.#say.id} hint-${this.name}`);
    }
  }

  #calm(input) {
    input.classList.remove("off");
    input.removeAttribute("aria-invalid");
    input.setAttribute("aria-describedby", this.#say.id);
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
    const found = splitPasted(event.clipboardData.getData("text"));
    if (found.flat().length < 2) return; // a single number goes where the cursor is
    event.preventDefault();
    const upright = this.#shape[0] === 1 && found.every((row) => row.length === 1); // a vector may stand or lie
    const cells = upright ? [found.flat()] : found;
    const { at, problem } = fitting(cells, this.#shape, this.#placeOf(event.target));
    if (problem) return this.complain(fill(words[problem], { name: this.name, found: sizeOf(cells), shape: this.#size }));
    cells.forEach((row, down) => row.forEach((text, right) => { this.#inputs[at[0] + down][at[1] + right].value = text; }));
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
