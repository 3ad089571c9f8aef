/** Shows the digits that were found in one picture: a box around each, which puts that digit on the pad. */

import { element, find, say } from "../ui/dom.js";
import { fill, words } from "../ui/words.js";

const share = (part, whole) => `${(100 * part) / whole}%`;

export class FoundDigits {
  #drawing;
  #pixels = []; // of each digit, a Uint8Array(784)

  constructor(drawing) {
    this.#drawing = drawing;
    drawing.addEventListener("change", () => this.#mark());
  }

  /** `found`: the answer of /predict?digits=many; `url`: of the picture, set upright. Puts the first digit on the pad. */
  show({ digits, number, width, height }, url) {
    this.#pixels = digits.map(({ pixels }) => Uint8Array.from(pixels));
    find("#found-picture").src = url;
    find("#found-boxes").replaceChildren(...digits.map((digit, index) => this.#box(digit, index, width, height)));
    say(find("#found-say"), fill(words.draw.found, { n: digits.length, number }));
    this.#drawing.showPixels(this.#pixels[0]);
  }

  #box({ digit, box }, index, width, height) {
    const label = fill(words.draw.foundOne, { n: index + 1, digit });
    const button = element("button", { type: "button", "aria-label": label, onclick: () => this.#drawing.showPixels(this.#pixels[index]) }, element("span", {}, String(digit)));
    Object.assign(button.style, {
      left: share(box.left, width),
      top: share(box.top, height),
      width: share(box.width, width),
      height: share(box.height, height),
    });
    return element("li", {}, button);
  }

  /** The picture stays as long as one of its digits is on the pad. */
  #mark() {
    const chosen = this.#pixels.indexOf(this.#drawing.pixels);
    find("#found").hidden = chosen < 0;
    find("#found-boxes").querySelectorAll("button").forEach((button, index) => button.setAttribute("aria-pressed", index === chosen));
  }
}
