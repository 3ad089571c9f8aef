/**
 * Softmax's Jacobian with this digit's numbers, a coloured table of ten by ten whose rows sum to 0; then the three columns in which
 * −y/ŷ times the Jacobian becomes ŷ − y, beside what the naive chain rule, its diagonal alone, would have given.
 */

import { element } from "../ui/dom.js";
import { css, diverging, reach } from "../ui/palette.js";
import { power } from "../ui/format.js";
import { theme } from "../ui/theme.js";
import { fill } from "../ui/words.js";
import { fillParts, num } from "./parts.js";
import { said } from "./words.js";
import { write } from "./write.js";

const words = said.jacobian;
const AS_FAR = 0.179; // luminance from which black and white stand out alike
const LEAST = 5e-4; // what three decimals can show
const ALIKE = 1e-12; // difference at which two numbers of double precision are the same

export class JacobianView {
  #map = element("table", { class: "jacobian" });
  #product = element("table", { class: "product" });
  #note = element("p");
  #symbols = null;
  #title = element("p", { class: "table-title" });
  node = element(
    "div",
    { class: "jacobian-stage" },
    this.#title,
    scrolled(this.#map, words.title),
    element("p", { class: "table-title" }, words.columns),
    scrolled(this.#product, words.columns),
    this.#note,
  );

  constructor() {
    document.addEventListener("themechange", () => this.#symbols && this.show(this.#symbols));
  }

  show(symbols) {
    this.#symbols = symbols;
    this.#showMap(symbols);
    this.#showProduct(symbols);
    this.#note.replaceChildren(...write(fillParts(words.note, { label: String(symbols.label), first: symbols.dL_dyhat(symbols.label) })));
  }

  #showMap(s) {
    const { J } = s.pass;
    const most = reach(J.flatMap((row) => [...row]));
    const unit = 10 ** Math.ceil(Math.log10(most));
    const classes = [...J.keys()];
    const head = element("tr", {}, element("td"), classes.map((j) => element("th", { scope: "col", class: j === s.hand.j ? "chosen" : null }, String(j))), element("th", { scope: "col" }, words.rowSum));
    const row = (k) => {
      const sum = num(`sum(J[${k}])`, J[k].reduce((total, each) => total + each, 0));
      const cells = classes.map((j) => coloured(element("td", { class: j === s.hand.j ? "chosen" : null }, short(s.J(k, j), unit)), J[k][j] / most));
      return element("tr", { class: k === s.label ? "counts" : null }, element("th", { scope: "row" }, String(k)), cells, element("td", { class: "sum" }, nothing(sum)));
    };
    this.#title.replaceChildren(...write(words.title + (unit < 1 ? fill(words.unit, { unit: `10${power(unit).split("10").at(-1)}` }) : "")));
    this.#map.replaceChildren(element("thead", {}, head), element("tbody", {}, classes.map(row)));
  }

  #showProduct(s) {
    const { pass, label } = s;
    const head = [words.output, words.first, words.chain, words.difference, words.naive].map((each) => element("th", { scope: "col" }, write(each)));
    const row = (j) => {
      const chain = num(`sum(dL_dyhat*J[:,${j}])`, pass.dL_dyhat.reduce((sum, d, k) => sum + d * pass.J[k][j], 0));
      const naive = s.naive(j);
      const right = Math.abs(naive.value - pass.delta2[j]) <= ALIKE;
      const verdict = element("span", { class: right ? "luck" : "wrong" }, right ? ` (${words.luck})` : ` (${words.wrong})`);
      const cells = [s.dL_dyhat(j), chain, s.delta2(j)].map((each) => element("td", {}, write(each)));
      return element("tr", { class: j === label ? "chosen" : null }, element("th", { scope: "row" }, String(j)), cells, element("td", { class: "naive" }, write(naive), verdict));
    };
    this.#product.replaceChildren(element("thead", {}, element("tr", {}, head)), element("tbody", {}, [...pass.yhat.keys()].map(row)));
  }
}

const scrolled = (table, label) => element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label.replace(/[_^]\{([^}]*)\}/g, "$1") }, table);

/** A sum that is 0 but for rounding is written as 0; its value stays what it is. */
function nothing(sum) {
  const [node] = write(sum);
  if (Math.abs(sum.value) <= ALIKE) node.textContent = "0";
  return node;
}

/** Three decimals, in a unit that they suit, so that ten columns fit. */
function short(entry, unit) {
  const [node] = write(entry);
  const share = entry.value / unit;
  node.textContent = Math.abs(share) < LEAST ? "≈ 0" : share.toFixed(3).replace("-", "−");
  return node;
}

/** `share`: −1..1. The text is black or white, whichever stands out more. */
function coloured(cell, share) {
  const colour = diverging(share, theme());
  const [r, g, b] = colour.map((value) => (value / 255) ** 2.2);
  cell.style.background = css(colour);
  cell.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > AS_FAR ? "#000" : "#fff";
  return cell;
}
