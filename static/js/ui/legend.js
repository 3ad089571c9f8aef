/** The legend of a picture's colours: a strip of the colour scale with the numbers at its ends. */

import { element, say } from "./dom.js";
import { number } from "./format.js";

/** `kind`: "diverging" (−most, 0, +most) or "slate" (0, most). The strip itself is drawn by the style sheet. */
export class Legend {
  #ends;

  constructor(kind, meaning) {
    this.#ends = [element("span"), element("span", {}, "0"), element("span")];
    const [low, middle, high] = this.#ends;
    const scale = kind === "diverging" ? [low, middle, high] : [middle, high];
    this.kind = kind;
    this.meaning = element("span", { class: "legend-meaning" }, meaning);
    this.node = element(
      "p",
      { class: `legend legend-${kind}` },
      element("span", { class: "legend-strip", "aria-hidden": "true" }),
      element("span", { class: "legend-ends" }, scale),
      this.meaning,
    );
  }

  show(most) {
    say(this.#ends[0], number(-most, 2));
    say(this.#ends[2], this.kind === "diverging" ? `+${number(most, 2)}` : number(most, 2));
    return this;
  }
}
