/** The planted bug on the page: tables of their gradients, whose entries are buttons, what was bought, and the guess. */

import { mistakes } from "../service/api.js";
import { element, find, say } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { Bug, BUDGET } from "./bug.js";
import { said } from "./words.js";

const ARRAYS = ["dW2", "db2", "dW1", "db1"];

export class BugView {
  #bug = null;

  /** `seeds()` gives another seed each time. */
  constructor(seeds) {
    find("#bug-new").addEventListener("click", () => this.#plant(seeds()));
    find("#bug-guess").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#guess(Number(find("#bug-name").value));
    });
    find("#bug-tell").addEventListener("click", () => this.#tell());
  }

  async #plant(seed) {
    try {
      const kinds = await mistakes();
      this.#bug = await Bug.plant(seed);
      find("#bug-name").replaceChildren(element("option", { value: "0" }, "–"), ...kinds.map((kind) => element("option", { value: kind.number }, fill(said.mistake, kind))));
    } catch (error) {
      say(find("#bug-task"), error.message);
      return;
    }
    find("#bug-guess").hidden = false;
    find("#bug-log").replaceChildren();
    say(find("#bug-say"), "");
    find("#bug-tables").replaceChildren(...ARRAYS.map((array) => this.#table(array)));
    this.#count();
  }

  #count() {
    const { left, sheet } = this.#bug;
    say(find("#bug-task"), left ? fill(said.bug.start, { layers: sheet.layers.join("-"), left }) : said.bug.none);
  }

  #table(array) {
    const gradient = this.#bug.sheet.gradients[array];
    const rows = Array.isArray(gradient[0]) ? gradient : [gradient];
    const title = fill(said.bug.entryTitle, { array });
    const cell = (value, row, column) => {
      const place = rows === gradient ? [row, column] : [column];
      const name = `${array}[${place.map((at) => at + 1).join(", ")}]`;
      return element("td", {}, element("button", { type: "button", "aria-pressed": "false", "aria-label": `${name} = ${number(value)}`, "data-entry": name, onclick: (event) => this.#buy(event.currentTarget, array, place) }, number(value)));
    };
    const body = rows.map((row, at) => element("tr", {}, row.map((value, column) => cell(value, at, column))));
    return element("div", { class: "given" }, element("h3", {}, title), element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, element("table", { class: "grid" }, element("tbody", {}, body))));
  }

  #buy(button, array, place) {
    const one = this.#bug.buy(array, place);
    if (!one) return;
    button.setAttribute("aria-pressed", "true");
    const says = { same: said.bug.same, zero: said.bug.zero }[one.relation] ?? fill(said.bug.ratio, { ratio: number(one.relation) });
    const values = { array, place: place.map((at) => at + 1).join(", "), theirs: number(one.theirs), right: number(one.right), says };
    find("#bug-log").append(element("li", {}, fill(said.bug.bought, values)));
    this.#count();
  }

  async #guess(chosen) {
    if (!chosen) return say(find("#bug-say"), said.bug.choose);
    const used = this.#bug.bought.length;
    await this.#answer(async () => {
      const found = await this.#bug.guess(chosen);
      return found ? fill(said.bug.guessRight, { ...found, used, budget: BUDGET }) : said.bug.guessWrong;
    });
  }

  #tell() {
    return this.#answer(async () => {
      const { mistakes: found } = await this.#bug.ask();
      return found.length ? fill(said.bug.gaveUp, found[0]) : said.unknown;
    });
  }

  async #answer(work) {
    try {
      say(find("#bug-say"), await work());
    } catch (error) {
      say(find("#bug-say"), error.message);
    }
  }
}
