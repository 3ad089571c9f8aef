/** What a model gets wrong: the confusion matrix and a gallery of the worst mistakes, each of which can be put on the pad. */

import { evaluation } from "./api.js";
import { element, find, say } from "./dom.js";
import { accuracy, count, number, percent } from "./format.js";
import { paintGrey } from "./paint-grey.js";

export class MistakesView {
  #root;
  #open;
  #wanted = null;

  /** `open(index)`: puts a test digit on the pad. */
  constructor(root, open) {
    this.#root = root;
    this.#open = open;
  }

  async show(model, name) {
    this.#wanted = model;
    this.#root.hidden = false;
    this.#say(`Trying ${name} on the test digits …`);
    try {
      const result = await evaluation(model);
      if (this.#wanted === model) this.#paint(result, name);
    } catch (error) {
      if (this.#wanted === model) this.#say(error.message);
    }
  }

  #say(text) {
    say(find("#mistakes-say", this.#root), text);
  }

  #paint({ examples, accuracy: share, loss, confusion, mistakes }, name) {
    const right = count(Math.round(share * examples));
    this.#say(`${name} reads ${right} of ${count(examples)} test digits right: ${accuracy(share)}. Its mean loss is ${number(loss ?? NaN)}.`);
    find("#confusion", this.#root).replaceChildren(...table(confusion));
    find("#mistakes", this.#root).replaceChildren(...mistakes.map((mistake) => this.#mistake(mistake)));
  }

  #mistake({ index, label, digit, confidence, pixels }) {
    const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    paintGrey(canvas, pixels);
    const text = `${label} read as ${digit}, ${percent(confidence)}`;
    const button = element("button", { type: "button", class: "mistake", title: "Put it on the pad", onclick: () => this.#open(index) }, canvas, element("span", {}, text));
    return element("li", {}, button);
  }
}

/** Rows: what it is; columns: what was read. Mistakes are shaded by how many there are. */
function table(confusion) {
  const most = Math.max(1, ...confusion.flatMap((row, label) => row.filter((_, read) => read !== label)));
  const digits = [...Array(10).keys()];
  const head = element("tr", {}, element("th", { scope: "col" }, "is \\ read"), digits.map((digit) => element("th", { scope: "col" }, String(digit))));
  const rows = confusion.map((row, label) => element("tr", {}, element("th", { scope: "row" }, String(label)), row.map((value, read) => cell(value, label, read, most))));
  return [element("caption", { class: "hint" }, "Rows: what the digit is. Columns: what was read. Off the diagonal are mistakes."), element("thead", {}, head), element("tbody", {}, rows)];
}

function cell(value, label, read, most) {
  const right = label === read;
  const title = right ? `${count(value)} times ${label}, read right` : `${count(value)} times ${label}, read as ${read}`;
  const node = element("td", { class: right ? "right" : value ? "wrong" : "none", title }, value ? String(value) : "·");
  if (!right && value) node.style.setProperty("--share", (0.2 + (0.8 * value) / most).toFixed(2));
  return node;
}
