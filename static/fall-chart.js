/** The loss along the step: the straight line that the slope promises, and the curve that it really follows. */

import { extent, scale, ticks } from "./chart-scale.js";
import { svg } from "./dom.js";

const [WIDTH, HEIGHT] = [360, 190];
const BOX = { left: 44, right: 350, top: 24, bottom: 152 };
const [LOW, HIGH] = [1e-3, 10];

export class FallChart {
  #plot;

  constructor(plot) {
    this.#plot = plot;
    plot.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  }

  /** `points`: [[rate, loss], …] sorted; `slope`: ‖g‖²; `rate`: the chosen one. */
  show({ loss, slope, points, rate }) {
    const measured = points.filter(([each]) => each > 0);
    const [low, high] = extent([0, loss * 1.15, ...measured.map(([, each]) => each)]) ?? [0, 1];
    const toX = scale([LOW, HIGH], [BOX.left, BOX.right], true);
    const toY = scale([low, Math.max(high, 1e-9) * 1.05], [BOX.bottom, BOX.top]);
    const promised = curve(Array.from({ length: 60 }, (_, index) => LOW * (HIGH / LOW) ** (index / 59)).map((each) => [each, loss - each * slope]).filter(([, each]) => each >= 0));
    const path = (list) => list.map(([x, y], index) => `${index ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("");
    this.#plot.replaceChildren(
      ...ticks(low, high, 3).map((tick) => svg("text", { x: BOX.left - 6, y: toY(tick) + 4, "text-anchor": "end" }, String(Number(tick.toPrecision(2))))),
      svg("line", { x1: BOX.left, x2: BOX.right, y1: BOX.bottom, y2: BOX.bottom, class: "chart-axis" }),
      ...[0.001, 0.01, 0.1, 1, 10].map((tick) => svg("text", { x: toX(tick), y: BOX.bottom + 16, "text-anchor": "middle" }, String(tick))),
      svg("text", { x: BOX.right, y: HEIGHT - 4, "text-anchor": "end", class: "chart-name" }, "learning rate α"),
      svg("text", { x: 0, y: 9, class: "chart-name" }, "loss after the step"),
      svg("line", { x1: toX(rate), x2: toX(rate), y1: BOX.top, y2: BOX.bottom, class: "chart-cursor" }),
      svg("path", { d: path(promised), class: "fall-promised" }),
      svg("path", { d: path(curve(measured)), class: "fall-real" }),
    );
  }
}

const curve = (points) => points.filter(([, y]) => Number.isFinite(y));
