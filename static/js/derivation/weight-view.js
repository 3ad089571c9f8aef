/** Any weight: typed or picked in a picture, its derivative with all numbers, its central difference, and what happens when it moves. */

import { Bars } from "../ui/bars.js";
import { element, find, say } from "../ui/dom.js";
import { number, power } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { nameOf, readWeight } from "./hand.js";
import { curveOf, movedTo, rangeOf } from "./moving.js";
import { TangentChart } from "./tangent-chart.js";
import { aboutWeight } from "./weight-lines.js";
import { WeightPictures } from "./weight-pictures.js";
import { said } from "./words.js";
import { write } from "./write.js";

const words = said.weight;
const CALM = 700; // milliseconds
const EXAMPLES = { W1: "W1[400, 5]", W2: "W2[17, 3]", b1: "b1[5]", b2: "b2[3]" };

export class WeightView {
  #symbols = null;
  #soon = null; // a complaint that is due
  #shown = null; // {name, pass}: what the slider belongs to
  #input = element("input", { id: "weight", type: "text", autocomplete: "off", spellcheck: "false", "aria-describedby": "weight-say" });
  #say = element("p", { id: "weight-say", class: "notice", role: "alert", hidden: true });
  #about = element("dl", { class: "weight-about" });
  #slider = element("input", { id: "weight-drag", type: "range", min: 0, step: "any" });
  #readout = element("p", { class: "readout", id: "weight-readout" });
  #pictures;
  #bars;
  #chart;

  /** `node`: the section; `pick(entry)`: the reader chose a weight. */
  constructor(node, pick) {
    this.#pictures = new WeightPictures((entry) => this.#picked(entry, pick));
    const bars = element("ol", { "aria-label": words.bars });
    const chart = element("figure", { class: "fall" }, element("figcaption", {}, words.chart));
    this.#bars = new Bars(bars);
    node.replaceChildren(
      element("p", { class: "buttons" }, element("label", { for: "weight" }, words.label), this.#input),
      this.#say,
      element("p", { class: "hint" }, words.hint),
      this.#pictures.node,
      this.#about,
      element("div", { class: "weight-moving" },
        element("label", { for: "weight-drag" }, words.drag), this.#slider,
        element("p", { class: "buttons" }, element("button", { type: "button", id: "weight-reset", onclick: () => this.#reset() }, words.reset)),
        this.#readout,
        element("div", { class: "step-grid" }, chart, element("div", {}, element("p", { class: "hint" }, words.bars), bars))),
    );
    this.#chart = new TangentChart(chart);
    this.#input.addEventListener("input", () => this.#typed(pick, false));
    this.#input.addEventListener("change", () => this.#typed(pick, true));
    this.#slider.addEventListener("input", () => this.#move());
  }

  show(symbols) {
    this.#symbols = symbols;
    const { pass, entry, hand } = symbols;
    if (document.activeElement !== this.#input) this.#input.value = nameOf(entry);
    this.#pictures.show({ pass, hand, entry });
    this.#describe(symbols, entry);
    if (this.#shown?.pass !== pass || this.#shown.name !== nameOf(entry)) this.#begin(pass, entry);
  }

  #picked(entry, pick) {
    this.#input.value = nameOf(entry);
    this.#complain("");
    pick(entry);
  }

  /** What is not finished yet is complained about when the reader stops, not at each key. */
  #typed(pick, done) {
    clearTimeout(this.#soon);
    if (!this.#symbols) return;
    const { entry, error, ...found } = readWeight(this.#input.value, this.#symbols.pass.weights);
    if (entry) {
      this.#complain("");
      if (done) this.#input.value = nameOf(entry);
      pick(entry);
    } else {
      const complaint = fill(words[error], { ...found, example: EXAMPLES[found.array], what: words[found.what] });
      if (done) this.#complain(complaint);
      else this.#soon = setTimeout(() => this.#complain(complaint), CALM);
    }
  }

  #complain(text) {
    say(this.#say, text);
    this.#say.hidden = text === "";
    this.#input.setAttribute("aria-invalid", text !== "");
  }

  #describe(symbols, entry) {
    const { formula, numbers, code, result, measured, error } = aboutWeight(symbols, entry);
    const output = element("output", { id: "weight-derivative", for: "weight", "data-symbol": result.symbol, "data-value": String(result.value) }, number(result.value));
    const rows = [
      [words.symbols, write(formula)],
      [words.numbers, [...write(numbers), " = ", ...write(result)]],
      [words.result, [output]],
      [words.difference, [element("span", { id: "weight-difference", "data-symbol": measured.symbol, "data-value": String(measured.value) }, number(measured.value)), element("small", {}, fill(words.exact, { error: power(error, 0) }))]],
      [words.code, [element("code", { id: "weight-code" }, code)]],
    ];
    const black = entry.array === "W1" && symbols.pass.x[entry.index[0]] === 0;
    const note = black ? [element("p", { class: "hint" }, fill(words.noInk, { p: entry.index[0] }))] : [];
    this.#about.replaceChildren(...rows.flatMap(([name, nodes]) => [element("dt", {}, name), element("dd", {}, nodes, name === words.result ? note : [])]));
  }

  #begin(pass, entry) {
    const range = rangeOf(pass, entry);
    this.#shown = { pass, entry, name: nameOf(entry), own: range.own, points: curveOf(pass, entry) };
    this.#slider.min = range.least;
    this.#slider.max = range.most;
    this.#slider.step = range.step / 10;
    this.#reset();
  }

  #reset() {
    if (!this.#shown) return;
    this.#slider.value = this.#shown.own;
    this.#place(this.#shown.own);
  }

  #move() {
    if (this.#shown) this.#place(Number(this.#slider.value));
  }

  #place(w) {
    const { pass, entry, own, points } = this.#shown;
    const moved = w === own ? pass : movedTo(pass, entry, w);
    const slope = moved.derivative(entry);
    const text = fill(words.dragged, { w: number(w), loss: number(moved.L), slope: number(slope) });
    say(this.#readout, text);
    Object.assign(this.#readout.dataset, { weight: w, loss: moved.L, slope });
    this.#slider.setAttribute("aria-valuetext", text);
    this.#bars.show(moved.yhat, { marked: [pass.label] });
    this.#chart.show({ points, own, at: { w, loss: moved.L, slope } });
    this.#chart.node.setAttribute("aria-label", `${words.chart}: ${text}`);
  }
}
