/** Chart of the loss against one weight: the curve, the tangent where the weight is held, and a mark at its own value. */

import { extent, scale, ticks } from "../ui/chart-scale.js";
import { svg, textUnit } from "../ui/dom.js";
import { said } from "./words.js";

const HEIGHT = 200;
const MARGIN = { top: 26, right: 12, bottom: 38, left: 54 };

export class TangentChart {
  node = svg("svg", { role: "img", class: "tangent-chart", "aria-label": said.weight.lossAxis });
  #width = 0; // in units of the text
  #shown = null;

  constructor(holder) {
    holder.append(this.node);
    new ResizeObserver(() => this.#fit(holder.clientWidth / textUnit())).observe(holder);
  }

  /** `points`: [[w, loss], …]; `own`: the weight's value in the network; `at`: {w, loss, slope} where it is held. */
  show(shown) {
    this.#shown = shown;
    if (this.#width) this.#paint(shown);
  }

  #fit(width) {
    if (width === this.#width || !width) return;
    this.#width = width;
    this.node.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    if (this.#shown) this.#paint(this.#shown);
  }

  #paint({ points, own, at }) {
    const xs = [points[0][0], points.at(-1)[0]];
    const [low, high] = extent(points.map(([, loss]) => loss));
    const room = (high - low || 0.1) * 0.12;
    const [left, right, bottom] = [MARGIN.left, this.#width - MARGIN.right, HEIGHT - MARGIN.bottom];
    const toX = scale(xs, [left, right]);
    const toY = scale([low - room, high + room], [bottom, MARGIN.top]);
    const path = (list) => list.map(([x, y], index) => `${index ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("");
    this.node.replaceChildren(
      ...ticks(low - room, high + room, 3).map((tick) => svg("text", { x: left - 6, y: toY(tick) + 4, "text-anchor": "end" }, plain(tick))),
      svg("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "chart-axis" }),
      ...ticks(...xs, Math.max(2, Math.floor(this.#width / 110))).map((tick) => svg("text", { x: toX(tick), y: bottom + 16, "text-anchor": "middle" }, plain(tick))),
      svg("text", { x: right, y: HEIGHT - 4, "text-anchor": "end", class: "chart-name" }, said.weight.weightAxis),
      svg("text", { x: 0, y: 12, class: "chart-name" }, said.weight.lossAxis),
      svg("line", { x1: toX(own), x2: toX(own), y1: MARGIN.top, y2: bottom, class: "chart-cursor" }),
      svg("path", { d: path(points), class: "fall-real" }),
      svg("path", { d: path(tangent(at, xs, [low - room, high + room])), class: "fall-promised" }),
      svg("circle", { cx: toX(at.w), cy: toY(at.loss), r: 5, class: "chart-dot" }),
    );
  }
}

const plain = (tick) => String(Number(tick.toPrecision(3))).replace("-", "−");

/** The ends of the tangent, cut where it leaves the chart. */
function tangent({ w, loss, slope }, [least, most], [low, high]) {
  const reach = (end, value) => (slope === 0 ? end : w + (value - loss) / slope);
  const [toLow, toHigh] = [reach(least, low), reach(most, high)].sort((a, b) => a - b);
  return [Math.max(least, slope === 0 ? least : toLow), Math.min(most, slope === 0 ? most : toHigh)].map((x) => [x, loss + slope * (x - w)]);
}
