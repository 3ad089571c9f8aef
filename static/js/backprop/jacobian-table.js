/**
 * Softmax's Jacobian as a coloured table with a digit's numbers: the rows sum to 0; times −y/ŷ only the label's row is left, and
 * the columns sum to ŷ − y. Has a `node`, `show(probabilities, label)`, and calls `tell(text)` about the entry that is pointed at.
 */

import { element, say } from "../ui/dom.js";
import { chance, entry, number, power, signed, subscript, unitOf } from "../ui/format.js";
import { lossSlope, slope, through, throughAll, throughOne } from "./jacobian.js";
import { Legend } from "../ui/legend.js";
import { css, diverging, inkOn, reach } from "../ui/palette.js";
import { theme } from "../ui/theme.js";
import { fill, words } from "../ui/words.js";

const CLASSES = [...Array(10).keys()];
const [ALL, ONE] = [10, 11]; // the rows of sums
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export class JacobianTable {
  #tell;
  #times = false; // whether each row is multiplied by −y/ŷ
  #rows; // for each k: {row, factor, cells, sum}
  #sums; // {all, one}: the cells below, for each j
  #legend = new Legend("diverging", words.jacobian.entry);
  #switch;
  #note = element("p", { class: "hint" });
  #shown = null; // {probabilities, label}
  #cursor = null; // [k, j]; k is 10 and 11 for the two rows of sums

  constructor(tell) {
    this.#tell = tell;
    this.#rows = CLASSES.map((k) => this.#row(k));
    this.#sums = { all: this.#cells(ALL), one: this.#cells(ONE) };
    this.#switch = [false, true].map((times) => element("button", { type: "button", onclick: () => this.#multiply(times) }, times ? words.jacobian.times : words.jacobian.plain));
    const frame = element("div", { class: "jacobian-frame", role: "group", tabindex: 0, "aria-label": words.jacobian.keys }, this.#table());
    frame.addEventListener("keydown", (event) => this.#key(event));
    frame.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.#look(null));
    frame.addEventListener("blur", () => this.#look(null));
    this.node = element("div", { class: "jacobian" }, element("p", { class: "buttons", role: "group", "aria-label": words.jacobian.shown }, this.#switch), frame, this.#legend.node, this.#note);
    document.addEventListener("themechange", () => this.#paint());
  }

  show(probabilities, label) {
    this.#shown = { probabilities, label };
    this.#paint();
    this.#look(this.#cursor);
  }

  #row(k) {
    const cells = this.#cells(k);
    const [factor, sum] = [element("td", { class: "factor" }), element("td", { class: "sum" })];
    return { factor, cells, sum, row: element("tr", {}, factor, element("th", { scope: "row" }, `ŷ${subscript(k)}`), cells, sum) };
  }

  #cells(k) {
    const look = (j) => () => this.#look([k, j]);
    return CLASSES.map((j) => element("td", { "data-k": k, "data-j": j, onpointerenter: look(j), onpointerdown: look(j) }));
  }

  #table() {
    const { caption, factor, sum, all, one } = words.jacobian;
    const head = (text, attributes) => element("th", { scope: "col", ...attributes }, text);
    const foot = (name, which) => element("tr", { class: which }, element("th", { scope: "row", colspan: 2 }, name), this.#sums[which], element("td"));
    return element(
      "table",
      {},
      element("caption", { class: "visually-hidden" }, caption),
      element("thead", {}, element("tr", {}, head(factor), element("td"), CLASSES.map((j) => head(`z${subscript(j)}`)), head(sum))),
      element("tbody", {}, this.#rows.map(({ row }) => row)),
      element("tfoot", {}, foot(all, "all"), foot(one, "one")),
    );
  }

  #multiply(times) {
    this.#times = times;
    this.#paint();
    this.#look(this.#cursor);
  }

  #value(k, j) {
    const { probabilities, label } = this.#shown;
    return this.#times ? through(probabilities, label, k, j) : slope(probabilities, k, j);
  }

  #paint() {
    if (!this.#shown) return;
    const { probabilities, label } = this.#shown;
    const values = CLASSES.map((k) => CLASSES.map((j) => this.#value(k, j)));
    const most = reach(values.flat());
    const unit = unitOf(most);
    this.#rows.forEach(({ row, factor, cells, sum }, k) => {
      row.classList.toggle("here", k === label);
      say(factor, entry(lossSlope(probabilities, label, k)));
      cells.forEach((cell, j) => this.#fill(cell, values[k][j], most, unit));
      this.#write(sum, total(values[k], this.#times ? 1 : probabilities[k]), unit);
    });
    const [all, one] = [throughAll(probabilities, label), throughOne(probabilities, label)];
    this.#sums.all.forEach((cell, j) => this.#fill(cell, all[j], reach(all), unitOf(reach(all))));
    this.#sums.one.forEach((cell, j) => this.#fill(cell, one[j], reach(all), unitOf(reach(all))));
    say(this.#legend.show(most).meaning, unit === 1 ? words.jacobian.entry : fill(words.jacobian.entryIn, { unit: power(unit, 0).replace("1 × ", "") }));
    this.#switch.forEach((button, at) => button.setAttribute("aria-pressed", Boolean(at) === this.#times));
    say(this.#note, fill(words.jacobian.naive, { label: subscript(label), value: signed(one[label]) }));
  }

  #fill(cell, value, most, unit) {
    const colour = diverging(value / most, theme());
    cell.style.backgroundColor = css(colour);
    cell.style.color = inkOn(colour);
    this.#write(cell, value, unit);
  }

  #write(cell, value, unit) {
    cell.dataset.value = value;
    const text = entry(value / unit);
    if (cell.textContent !== text) cell.replaceChildren(element("span", {}, text));
  }

  /** The label's row in one sentence: what it says to the likeliest other class. */
  get rest() {
    const { probabilities: guess, label } = this.#shown;
    const other = CLASSES.filter((j) => j !== label).reduce((best, j) => (guess[j] > guess[best] ? j : best));
    return this.#product(label, other);
  }

  #product(k, j) {
    const { probabilities: guess, label } = this.#shown;
    const [row, column, value] = [subscript(k), subscript(j), through(guess, label, k, j)];
    const factor = lossSlope(guess, label, k);
    const left = `∂L/\u2060∂ŷ${row} × ∂ŷ${row}/\u2060∂z${column} = ${number(factor)} × ${signed(slope(guess, k, j))} = ${signed(value)}`;
    if (k !== label) return fill(words.jacobian.silent, { equation: left, k: row });
    return `${left} = ŷ${column} − y${column}`;
  }

  #entry(k, j) {
    const { probabilities: guess } = this.#shown;
    const [row, column] = [subscript(k), subscript(j)];
    const value = signed(slope(guess, k, j));
    if (k === j) return `∂ŷ${row}/\u2060∂z${row} = ŷ${row}(1 − ŷ${row}) = ${chance(guess[k])} × ${number(1 - guess[k])} = ${value}`;
    return `∂ŷ${row}/\u2060∂z${column} = −ŷ${row}ŷ${column} = −${chance(guess[k])} × ${chance(guess[j])} = ${value}`;
  }

  #sum(k, j) {
    const { probabilities: guess, label } = this.#shown;
    const column = subscript(j);
    if (k === ONE) return `∂L/⁠∂ŷ${column} × ∂ŷ${column}/⁠∂z${column} = −y${column}(1 − ŷ${column}) = ${signed(throughOne(guess, label)[j])}`;
    return `∂L/⁠∂z${column} = ŷ${column} − y${column} = ${chance(guess[j])} − ${j === label ? 1 : 0} = ${signed(throughAll(guess, label)[j])}`;
  }

  #say(k, j) {
    if (k >= ALL) return this.#sum(k, j);
    return this.#times ? this.#product(k, j) : this.#entry(k, j);
  }

  #look(place) {
    const cell = (at) => [...this.#rows.map(({ cells }) => cells), this.#sums.all, this.#sums.one][at[0]][at[1]];
    if (this.#cursor) delete cell(this.#cursor).dataset.cursor;
    this.#cursor = place;
    if (!this.#shown) return;
    if (place) cell(place).dataset.cursor = "";
    this.#tell(place === null ? this.rest : this.#say(...place));
  }

  #key(event) {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    const [k, j] = this.#cursor ?? [this.#shown?.label ?? 0, -1];
    const [down, right] = STEPS[event.key];
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    this.#look([within(k + down, ONE), within(j + right, 9)]);
  }
}

/** The sum of a row of entries of about this size, without the rounding errors of single precision. */
function total(values, size) {
  const sum = values.reduce((all, each) => all + each, 0);
  return Math.abs(sum) < 1e-5 * size ? 0 : sum;
}
