/** The slope portrait: the learner's own σ′, point by point, over the right one. */

import { ticks } from "../ui/chart-scale.js";
import { svg } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { said } from "./words.js";

const [WIDTH, HEIGHT] = [360, 220];
const MARGIN = { top: 14, right: 10, bottom: 34, left: 52 };
const POINTS = 60; // of the right curve

const short = (value) => number(Number(value.toPrecision(3)));

/** `slope`: {h: […], slope: […]} as POST /check answers. */
export function portrait({ h, slope }) {
  const [low, high] = [Math.min(0, ...slope), Math.max(0.25, ...slope)];
  const toX = (value) => MARGIN.left + value * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (value) => HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const curve = Array.from({ length: POINTS + 1 }, (_, at) => at / POINTS).map((at, index) => `${index ? "L" : "M"}${toX(at).toFixed(1)} ${toY(at * (1 - at)).toFixed(1)}`);
  const label = fill(said.portrait, { least: short(Math.min(...slope)), most: short(Math.max(...slope)) });
  return svg(
    "svg",
    { role: "img", class: "slope-portrait", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-label": label },
    ...ticks(low, high, 4).map((tick) => svg("text", { x: MARGIN.left - 6, y: toY(tick) + 4, "text-anchor": "end" }, number(tick, 2))),
    ...[0, 0.5, 1].map((tick) => svg("text", { x: toX(tick), y: HEIGHT - MARGIN.bottom + 16, "text-anchor": tick === 1 ? "end" : "middle" }, String(tick))),
    svg("text", { x: WIDTH - MARGIN.right, y: HEIGHT - 2, "text-anchor": "end", class: "chart-name" }, said.activationAxis),
    svg("text", { x: 2, y: 12, class: "chart-name" }, said.slopeAxis),
    svg("line", { x1: toX(0), x2: toX(1), y1: toY(0), y2: toY(0), class: "chart-axis" }),
    svg("path", { d: curve.join(""), class: "slope-right" }),
    ...h.map((value, index) => svg("circle", { cx: toX(value).toFixed(1), cy: toY(slope[index]).toFixed(1), r: 2.5, class: "slope-own" })),
  );
}
