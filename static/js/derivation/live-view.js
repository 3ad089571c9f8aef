/** Fills every `.live[data-equation]` with this digit's numbers: a line, and below it what the line can be opened to. */

import { element, findAll } from "../ui/dom.js";
import { CheckView } from "./check-view.js";
import { JacobianView } from "./jacobian-view.js";
import { LINES } from "./lines.js";
import { nearFirst } from "./near-first.js";
import { said } from "./words.js";
import { block, write } from "./write.js";

const PICTURES = { 10: JacobianView, 22: CheckView }; // what stands between the line and its details

export class LiveView {
  #places;

  constructor() {
    this.#places = findAll(".live[data-equation]").filter((node) => node.dataset.equation in LINES).map((node) => new Place(node));
  }

  /** `all`: also what is far from the window; else that waits. */
  show(symbols, all) {
    for (const place of this.#places) place.show(symbols, all);
  }

  /** The service's check of many entries of the gradient; null while it runs. */
  check(found) {
    for (const place of this.#places) place.picture?.check?.(found);
  }
}

class Place {
  #lines;
  #numbers = element("p", { class: "numbers" }, said.waiting);
  #more = element("div", { class: "more" });
  #details = element("details", {}, element("summary", {}, said.open), this.#more);
  picture;
  #blocks = null;
  show; // (symbols, all)

  constructor(node) {
    const { equation } = node.dataset;
    this.#lines = LINES[equation];
    this.picture = PICTURES[equation] ? new PICTURES[equation]() : null;
    this.#details.hidden = true;
    this.#details.addEventListener("toggle", () => this.#open());
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", `${said.numbers} (${equation})`);
    this.show = nearFirst(node, (symbols) => this.#paint(symbols));
    node.replaceChildren(this.#numbers, ...(this.picture ? [this.picture.node] : []), this.#details);
  }

  #paint(symbols) {
    const { line, more } = this.#lines(symbols);
    this.#blocks = more;
    this.#numbers.replaceChildren(...write(line));
    this.picture?.show(symbols);
    this.#details.hidden = more === null;
    this.#open();
  }

  /** What is closed is written when it is opened. */
  #open() {
    this.#more.replaceChildren(...(this.#details.open && this.#blocks ? this.#blocks().map(block) : []));
  }
}
