/** The choice of a label for the drawn digit: ten buttons; the keys 0 to 9 choose too. */

import { element, find } from "../ui/dom.js";

export class LabelsView {
  #inputs;

  constructor(fieldset, choose) {
    this.#inputs = Array.from({ length: 10 }, (_, digit) =>
      element("input", { type: "radio", name: "label", value: digit, id: `label-${digit}`, onchange: () => choose(digit) }),
    );
    fieldset.append(...this.#inputs.map((input, digit) => element("label", { for: input.id }, input, element("span", {}, String(digit)))));
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !/^\d$/.test(event.key)) return;
      if (event.target.closest("input:not([type=radio]):not([type=range]), select, textarea")) return;
      find(`#label-${event.key}`).click();
    });
  }

  show(label) {
    this.#inputs.forEach((input, digit) => (input.checked = digit === label));
  }
}
