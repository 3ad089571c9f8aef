/** A bar chart with one bar for each digit: probabilities, or signed values around a middle line. */

import { element, say } from "./dom.js";
import { percent, signed } from "./format.js";

export class Bars {
  #list;
  #rows;
  #signed;
  #write;

  /** `list`: an empty <ol>. `signed`: values reach to both sides. `write(value)`: the number beside a bar. */
  constructor(list, { signed: bothSides = false, write = null, onInspect = null } = {}) {
    this.#signed = bothSides;
    this.#write = write ?? (bothSides ? (value) => signed(value) : percent);
    this.#list = list;
    list.classList.add("bars");
    if (bothSides) list.classList.add("bars-signed");
    this.#rows = Array.from({ length: 10 }, (_, digit) => row(list, digit, onInspect));
  }

  /** `values`: ten numbers, or null to empty the bars; `most`: the value of a full bar; `marked`: digits to highlight; `names`: of classes that are no digits. */
  show(values, { most = 1, marked = [], names = null } = {}) {
    this.#list.classList.toggle("bars-named", names !== null);
    this.#rows.forEach(({ item, fill, label, name }, digit) => {
      item.hidden = names !== null && !names[digit];
      say(name, names ? (names[digit] ?? "") : String(digit));
      const value = values?.[digit] ?? 0;
      const share = Math.min(Math.abs(value) / most, 1);
      item.dataset.value = value;
      item.classList.toggle("marked", marked.includes(digit));
      fill.style.transform = `scaleX(${share.toFixed(4)})`;
      fill.dataset.sign = value < 0 ? "minus" : "plus";
      say(label, values ? this.#write(value) : "");
    });
  }
}

function row(list, digit, onInspect) {
  const fill = element("span", { class: "fill" });
  const label = element("span", { class: "number" });
  const name = element("span", { class: "name" }, String(digit));
  const item = element("li", { "data-digit": digit, "data-value": 0 }, name, element("span", { class: "track" }, fill), label);
  if (onInspect) {
    item.tabIndex = 0;
    for (const event of ["pointerenter", "focus", "click"]) item.addEventListener(event, () => onInspect(digit));
    item.addEventListener("pointerleave", () => onInspect(null));
    item.addEventListener("blur", () => onInspect(null));
  }
  list.append(item);
  return { item, fill, label, name };
}
