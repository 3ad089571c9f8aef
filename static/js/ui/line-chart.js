/** A line chart in SVG: axes with units, a cursor that reads values by pointer, touch and arrow keys. */

import { extent, logTicks, nearest, scale, thin, ticks } from "./chart-scale.js";
import { element, svg, textUnit } from "./dom.js";
import { number } from "./format.js";
import { markerAt } from "./markers.js";
import { fill, words } from "./words.js";

const MARGIN = { top: 26, right: 14, bottom: 36, left: 54 };
const HEIGHT = 220;
const MARKS = 12; // on a line, at most
const STOP_LINE = 13; // between the words of two stops

/** A number as text without zeros at its end. */
const plain = (value) => String(Number(value.toPrecision(5)));

export class LineChart {
  #options;
  #plot;
  #readout;
  #series = [];
  #legend = [];
  #width = 0; // in units of the text, as everything drawn
  #cursor = null; // an x value
  #toX = null;

  /** `options`: title, x, y (names with units), log, writeY(value) for readings, writeTick(value) for the axis. */
  constructor(holder, options) {
    this.#options = { writeY: number, writeTick: plain, log: false, ...options };
    this.#readout = element("p", { class: "chart-readout", role: "status" });
    this.#plot = svg("svg", { role: "application", tabindex: 0, "aria-label": fill(words.charts.read, options) });
    holder.classList.add("chart");
    holder.append(element("h4", {}, options.title), this.#plot, this.#readout);
    this.#listen();
    new ResizeObserver(() => this.#fit(holder.clientWidth / textUnit())).observe(holder);
  }

  /** `series`: [{name, colour, dash, fine, marker, stop: {x, text}, dots (no line between them), points: [[x, y], …] sorted by x}]; `legend`: [{name, colour, dash, fine, marker}], else a line for each. */
  show(series, legend = null) {
    this.#legend = legend ?? series;
    this.#series = series.map((each) => ({ ...each, points: thin(each.points.filter(([, y]) => this.#drawable(y))) }));
    this.#paint();
  }

  #drawable(y) {
    return Number.isFinite(y) && (!this.#options.log || y > 0);
  }

  #fit(width) {
    if (width === this.#width || width === 0) return;
    this.#width = width;
    this.#paint();
  }

  #paint() {
    const width = this.#width;
    if (!width) return;
    this.#plot.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const points = this.#series.flatMap(({ points: each }) => each);
    const xs = extent(points.map(([x]) => x));
    if (!xs) {
      this.#plot.replaceChildren(svg("text", { x: width / 2, y: HEIGHT / 2, "text-anchor": "middle", class: "chart-empty" }, words.charts.empty));
      this.#toX = null;
      return;
    }
    const ys = this.#range(extent(points.map(([, y]) => y)));
    const toX = scale([Math.min(0, xs[0]), Math.max(xs[1], 1)], [MARGIN.left, width - MARGIN.right]);
    const toY = scale(ys, [HEIGHT - MARGIN.bottom, MARGIN.top], this.#options.log);
    this.#toX = toX;
    this.#plot.replaceChildren(...this.#axes(toX, toY, [0, Math.max(xs[1], 1)], ys), ...this.#lines(toX, toY), ...this.#stops(toX), ...this.#reading(toX, toY));
  }

  #range([low, high]) {
    if (this.#options.log) return low === high ? [low / 2, high * 2] : [low / 1.2, high * 1.2];
    const room = (high - low || Math.abs(high) || 1) * 0.06;
    return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
  }

  #axes(toX, toY, xs, ys) {
    const { x, y, log, writeTick } = this.#options;
    const right = this.#width - MARGIN.right;
    const bottom = HEIGHT - MARGIN.bottom;
    const parts = [];
    const few = log && Math.log10(ys[1] / ys[0]) < 0.7;
    for (const tick of log && !few ? logTicks(...ys) : ticks(...ys, 4).filter((each) => !log || each > 0)) {
      parts.push(svg("line", { x1: MARGIN.left, x2: right, y1: toY(tick), y2: toY(tick), class: "chart-grid" }));
      parts.push(svg("text", { x: MARGIN.left - 6, y: toY(tick) + 4, "text-anchor": "end" }, writeTick(tick)));
    }
    for (const tick of ticks(...xs, Math.max(2, Math.floor(this.#width / 90)))) {
      parts.push(svg("line", { x1: toX(tick), x2: toX(tick), y1: bottom, y2: bottom + 4, class: "chart-axis" }));
      parts.push(svg("text", { x: toX(tick), y: bottom + 16, "text-anchor": "middle" }, String(tick)));
    }
    parts.push(svg("line", { x1: MARGIN.left, x2: right, y1: bottom, y2: bottom, class: "chart-axis" }));
    parts.push(svg("text", { x: right, y: HEIGHT - 4, "text-anchor": "end", class: "chart-name" }, x));
    parts.push(svg("text", { x: 0, y: 12, class: "chart-name" }, log ? fill(words.charts.log, { y }) : y));
    return parts;
  }

  /** Where a line came to an end before its time: an upright line, and what that means. */
  #stops(toX) {
    return this.#series.filter(({ stop, points }) => stop && points.length).flatMap(({ stop, colour }, index) => {
      const x = toX(stop.x);
      const end = x > this.#width / 2;
      return [
        svg("line", { x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, stroke: colour, class: "chart-stop" }),
        svg("text", { x: x + (end ? -5 : 5), y: MARGIN.top + 9 + STOP_LINE * index, "text-anchor": end ? "end" : "start", class: "chart-stop-text" }, stop.text),
      ];
    });
  }

  #lines(toX, toY) {
    return this.#series.flatMap(({ points, colour, dash, fine, dots, marker }) => {
      if (points.length === 0) return [];
      if (dots) return points.map(([x, y]) => svg("circle", { cx: toX(x), cy: toY(y), r: 3, fill: colour, class: "chart-dot" }));
      const path = points.map(([x, y], index) => `${index ? "L" : "M"}${toX(x).toFixed(1)} ${toY(y).toFixed(1)}`).join("");
      const line = svg("path", { d: path, class: fine ? "chart-line chart-fine" : "chart-line", stroke: colour, "stroke-dasharray": dash || null });
      const [x, y] = points[0];
      if (marker) return [...(points.length > 1 ? [line] : []), ...thin(points, MARKS).map(([at, value]) => markerAt(marker, toX(at), toY(value), colour))];
      return points.length === 1 ? [svg("circle", { cx: toX(x), cy: toY(y), r: 3.5, fill: colour })] : [line];
    });
  }

  #reading(toX, toY) {
    if (this.#cursor === null) {
      this.#readout.replaceChildren(...this.#legend.map((each) => entry(each, each.name)));
      return [];
    }
    const read = this.#series.filter(({ points }) => points.length).map((each) => ({ ...each, point: each.points[nearest(each.points, this.#cursor)] }));
    const at = read[0]?.point[0] ?? this.#cursor;
    const where = `${this.#options.x} ${number(at)}`;
    this.#readout.replaceChildren(element("span", {}, where), ...read.map((each) => entry(each, `${each.name} ${this.#options.writeY(each.point[1])}`)));
    const line = svg("line", { x1: toX(at), x2: toX(at), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "chart-cursor" });
    return [line, ...read.map(({ point: [x, y], colour }) => svg("circle", { cx: toX(x), cy: toY(y), r: 4, fill: colour, class: "chart-dot" }))];
  }

  #listen() {
    const move = (event) => {
      const longest = this.#longest();
      if (!this.#toX || !longest) return;
      const x = ((event.clientX - this.#plot.getBoundingClientRect().left) / this.#plot.clientWidth) * this.#width;
      const points = longest.points.map(([each]) => [this.#toX(each)]);
      this.#point(longest.points[nearest(points, x)][0]);
    };
    this.#plot.addEventListener("pointermove", move);
    this.#plot.addEventListener("pointerdown", move);
    // Lifting a finger fires pointerleave too; the tapped reading then stays until another is tapped.
    this.#plot.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.#point(null));
    this.#plot.addEventListener("blur", () => this.#point(null));
    this.#plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const points = this.#longest()?.points;
      if (!step || !points?.length) return;
      event.preventDefault();
      const now = this.#cursor === null ? (step > 0 ? -1 : points.length) : nearest(points, this.#cursor);
      this.#point(points[Math.min(Math.max(now + step, 0), points.length - 1)][0]);
    });
  }

  #longest() {
    return this.#series.reduce((best, each) => (each.points.length > (best?.points.length ?? 0) ? each : best), null);
  }

  #point(x) {
    if (x === this.#cursor) return;
    this.#cursor = x;
    this.#paint();
  }
}

function entry({ colour, dash, fine, dots, marker }, text) {
  const stroke = dots ? svg("circle", { cx: 11, cy: 5, r: 4, fill: colour }) : svg("line", { x1: 0, x2: 22, y1: 5, y2: 5, stroke: colour, "stroke-width": fine ? 1.25 : 2.5, "stroke-dasharray": dash || null });
  const mark = marker ? [markerAt(marker, 11, 5, colour, 3.5)] : [];
  return element("span", { class: "chart-entry" }, svg("svg", { viewBox: "0 0 22 10", "aria-hidden": "true" }, stroke, ...mark), text);
}
