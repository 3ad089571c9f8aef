/** Draws the slope portrait: a dot for each of the learner's own slopes, over the sigmoid's curve; and says it in words. */

import { element } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { LineChart } from "../ui/line-chart.js";
import { RUNS } from "../ui/palette.js";
import { fill } from "../ui/words.js";
import { CURVE, portrait } from "./portrait.js";
import { said } from "./words.js";

const words = said.portrait;
const FLAT = 0.01; // less between the least and the largest slope is one slope

export class PortraitView {
  constructor(holder, slope) {
    const found = portrait(slope);
    if (found.points.length === 0) return;
    const chart = element("div", { id: "portrait-chart" });
    holder.append(element("figure", { id: "portrait", "data-least": found.own[0], "data-most": found.own[1] }, chart,
      element("figcaption", {}, element("p", { id: "portrait-say" }, inWords(found)), element("p", {}, words.about))));
    const line = new LineChart(chart, { title: words.title, x: words.x, y: words.y });
    line.show([{ name: words.right, colour: RUNS[0], points: CURVE }, { name: words.own, colour: RUNS[1], dots: true, points: found.points }]);
  }
}

function inWords({ h, own, right, agrees }) {
  const [low, high, ownLow, ownHigh, rightLow, rightHigh] = [...h, ...own, ...right].map((value) => number(value, 2));
  if (agrees) return words.agrees;
  if (own[1] - own[0] < FLAT) return fill(words.flat, { own: ownLow, rightLow, rightHigh });
  return fill(words.differs, { low, high, ownLow, ownHigh, rightLow, rightHigh });
}
