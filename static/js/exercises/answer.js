/** The form with a learner's gradients: reads its fields or its file, asks the service, and says what it answers. */

import { check } from "../service/api.js";
import { find, findAll, say } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { readGrid, shapeOf } from "./typed.js";
import { verdictView } from "./verdict-view.js";
import { said } from "./words.js";

export class Answer extends EventTarget {
  #form = find("#answer");
  #file = find("#file");
  #sheet = null;

  constructor() {
    super();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#check();
    });
    this.#file.addEventListener("change", () => say(find("#file-name"), this.#file.files[0]?.name ?? ""));
  }

  /** Another exercise: what was said of the last one goes. */
  of(sheet) {
    this.#sheet = sheet;
    this.#file.value = "";
    say(find("#file-name"), "");
    say(find("#answer-say"), "");
    find("#verdict").replaceChildren();
  }

  async #check() {
    const sheet = this.#sheet;
    const convention = new FormData(this.#form).get("convention");
    try {
      const gradients = this.#file.files[0] ?? this.#typed();
      say(find("#answer-say"), said.checking);
      const checked = await check(sheet.exercise, gradients, convention);
      if (sheet !== this.#sheet) return;
      say(find("#answer-say"), "");
      find("#verdict").replaceChildren(verdictView(checked, sheet.asked));
      this.dispatchEvent(new CustomEvent("checked", { detail: { right: checked.right, level: sheet.level, seed: sheet.seed } }));
    } catch (error) {
      say(find("#answer-say"), error.message);
    }
  }

  /** The gradients of the fields. Throws an error with a sentence where they cannot be read. */
  #typed() {
    const found = {};
    for (const table of findAll("[data-asked]", this.#form)) {
      const array = table.dataset.asked;
      const inputs = findAll("input", table);
      const grid = readGrid(inputs.map((input) => input.value), shapeOf(array, this.#sheet.layers));
      inputs.forEach((input, index) => input.toggleAttribute("aria-invalid", index === grid.bad));
      if (grid.bad !== undefined) {
        inputs[grid.bad].setAttribute("aria-invalid", "true");
        inputs[grid.bad].focus();
        throw new Error(said.notANumber);
      }
      if (grid.partly) throw new Error(fill(said.partly, { array }));
      if (grid.values) found[array] = grid.values;
    }
    if (!Object.keys(found).length) throw new Error(said.nothing);
    return found;
  }
}
