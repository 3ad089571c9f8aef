/** Fills every `.live[data-equation]` with this digit's numbers: a line, and below it what the line can be opened to. */

import { element, findAll } from "../ui/dom.js";
import { JacobianView } from "./jacobian-view.js";
import { LINES } from "./lines.js";
import { said } from "./words.js";
import { block, write } from "./write.js";

const PICTURES = { 10: JacobianView }; // what stands between the line and its details

export class LiveView {
  #places;

  constructor() {
    this.#places = findAll(".live[data-equation]").filter((node) => node.dataset.equation in LINES).map((node) => new Place(node));
  }

  show(symbols) {
    for (const place of this.#places) place.show(symbols);
  }
}

class Place {
  #lines;
  #numbers = element("p", { class: "numbers" }, said.waiting);
  #more = element("div", { class: "more" });
  #details = element("details", {}, element("summary", {}, said.open), this.#more);
  #picture;
  #symbols = null;

  constructor(node) {
    const { equation } = node.dataset;
    this.#lines = LINES[equation];
    this.#picture = PICTURES[equation] ? new PICTURES[equation]() : null;
    this.#details.hidden = true;
    this.#details.addEventListener("toggle", () => this.#open());
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", `${said.numbers} (${equation})`);
    node.replaceChildren(this.#numbers, ...(this.#picture ? [this.#picture.node] : []), this.#details);
  }

  show(symbols) {
    this.#symbols = symbols;
    this.#numbers.replaceChildren(...write(this.#lines(symbols).line));
    this.#picture?.show(symbols);
    this.#open();
  }

  /** What is closed is written when it is opened. */
  #open() {
    if (!this.#symbols) return;
    const { more } = this.#lines(this.#symbols);
    this.#details.hidden = more.length === 0;
    this.#more.replaceChildren(...(this.#details.open ? more.map(block) : []));
  }
}
