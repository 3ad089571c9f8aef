/** Chart of the loss against the learning rate of one step: the linear prediction and the measured curve. */

import { extent, scale, ticks } from "../ui/chart-scale.js";
import { svg, textUnit } from "../ui/dom.js";
import { power } from "../ui/format.js";
import { words } from "../ui/words.js";

const HEIGHT = 190;
const MARGIN = { top: 26, right: 12, bottom: 38, left: 64 };
const [LOW, HIGH] = [1e-3, 10];
const PLACES = 60; // points of the promise

export class FallChart {
  #plot;
  #width = 0; // in units of the text, as everything here
  #shown = null;

  constructor(plot) {
    this.#plot = plot;
    new ResizeObserver(() => this.#fit(plot.parentElement.clientWidth / textUnit())).observe(plot.parentElement);
  }

  /** `points`: [[rate, loss], …] sorted; `slope`: ‖g‖²; `rate`: the chosen one. */
  show(shown) {
    this.#shown = shown;
    if (this.#width) this.#paint(shown);
  }

  #fit(width) {
    this.#width = width;
    this.#plot.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    if (this.#shown && width) this.#paint(this.#shown);
  }

  #paint({ loss, slope, points, rate }) {
    const real = points.filter(([, each]) => Number.isFinite(each));
    const [low, high] = extent([0, loss * 1.15, ...real.map(([, each]) => each)]) ?? [0, 1];
    const [right, bottom] = [this.#width - MARGIN.right, HEIGHT - MARGIN.bottom];
    const toX = scale([LOW, HIGH], [MARGIN.left, right], true);
    const toY = scale([low, Math.max(high, 1e-9) * 1.05], [bottom, MARGIN.top]);
    const path = (list) => list.map(([x, y], index) => `${index ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("");
    this.#plot.replaceChildren(
      ...ticks(low, high, 3).map((tick) => svg("text", { x: MARGIN.left - 6, y: toY(tick) + 4, "text-anchor": "end" }, written(tick))),
      svg("line", { x1: MARGIN.left, x2: right, y1: bottom, y2: bottom, class: "chart-axis" }),
      ...[0.001, 0.01, 0.1, 1, 10].map((tick) => svg("text", { x: toX(tick), y: bottom + 16, "text-anchor": "middle" }, String(tick))),
      svg("text", { x: right, y: HEIGHT - 4, "text-anchor": "end", class: "chart-name" }, words.step.chartRate),
      svg("text", { x: 0, y: 12, class: "chart-name" }, words.step.chartLoss),
      svg("line", { x1: toX(rate), x2: toX(rate), y1: MARGIN.top, y2: bottom, class: "chart-cursor" }),
      svg("path", { d: path(promise(loss, slope)), class: "fall-promised" }),
      svg("path", { d: path(real), class: "fall-real" }),
    );
  }
}

/** A tick's label: 0.5, 2 × 10⁻⁵. */
function written(tick) {
  const [mantissa] = tick.toExponential().split("e");
  return tick !== 0 && Math.abs(tick) < 1e-3 ? power(tick, mantissa.includes(".") ? 1 : 0) : String(Number(tick.toPrecision(2)));
}

/** The predicted loss L − α‖g‖², up to the α where it would become negative. */
function promise(loss, slope) {
  const rates = Array.from({ length: PLACES }, (_, index) => LOW * (HIGH / LOW) ** (index / (PLACES - 1)));
  return rates.map((rate) => [rate, loss - rate * slope]).filter(([, each]) => each >= 0);
}
