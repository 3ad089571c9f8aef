/** What a model gets wrong: the confusion matrix and a gallery of the worst mistakes, each of which can be put on the pad. */

import { predictBatch } from "./api.js";
import { element, find, say } from "./dom.js";
import { evaluate } from "./evaluation.js";
import { count, percent } from "./format.js";
import { paintGrey } from "./paint-grey.js";
import { STEP, testDigits } from "./samples.js";

const SHOWN = 24;

export class MistakesView {
  #root;
  #open;
  #wanted = null;

  /** `open(sample, pixels, label)`: puts a digit on the pad. */
  constructor(root, open) {
    this.#root = root;
    this.#open = open;
  }

  async show(model, name) {
    this.#wanted = model;
    this.#root.hidden = false;
    this.#say(`Trying ${name} on test digits …`);
    try {
      const digits = await testDigits();
      const result = evaluate(await predictBatch(digits.images, model), digits.labels);
      if (this.#wanted === model) this.#paint(result, digits, name);
    } catch (error) {
      if (this.#wanted === model) this.#say(error.message);
    }
  }

  #say(text) {
    say(find("#mistakes-say", this.#root), text);
  }

  #paint({ confusion, mistakes, total, right }, digits, name) {
    this.#say(`${name} reads ${count(right)} of ${count(total)} test digits (every tenth of MNIST's) right: ${percent(right / total)}.`);
    find("#confusion", this.#root).replaceChildren(...table(confusion));
    const shown = mistakes.slice(0, SHOWN).map((mistake) => this.#mistake(mistake, digits));
    find("#mistakes", this.#root).replaceChildren(...shown);
  }

  #mistake({ index, label, read, sure }, { images }) {
    const pixels = images.slice(index * 784, (index + 1) * 784);
    const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    paintGrey(canvas, pixels);
    const text = `${label} read as ${read}, ${percent(sure)}`;
    const button = element("button", { type: "button", class: "mistake", title: "Put it on the pad", onclick: () => this.#open(index * STEP, pixels, label) }, canvas, element("span", {}, text));
    return element("li", {}, button);
  }
}

/** Rows: what it is; columns: what was read. Mistakes are shaded by how many there are. */
function table(confusion) {
  const most = Math.max(1, ...confusion.flatMap((row, label) => row.filter((_, read) => read !== label)));
  const digits = [...Array(10).keys()];
  const head = element("tr", {}, element("th", { scope: "col" }, "is \\ read as"), digits.map((digit) => element("th", { scope: "col" }, String(digit))));
  const rows = confusion.map((row, label) => element("tr", {}, element("th", { scope: "row" }, String(label)), row.map((value, read) => cell(value, label, read, most))));
  return [element("caption", { class: "hint" }, "Rows: what the digit is. Columns: what was read. Off the diagonal are mistakes."), element("thead", {}, head), element("tbody", {}, rows)];
}

function cell(value, label, read, most) {
  const right = label === read;
  const node = element("td", { class: right ? "right" : value ? "wrong" : "none" }, value ? String(value) : "·");
  if (!right && value) node.style.setProperty("--share", (0.2 + (0.8 * value) / most).toFixed(2));
  return node;
}
