/** A small drawing of an exercise's network: its units and wires, no more of them than can be told apart. */

import { element, svg } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { said } from "./words.js";

const [WIDTH, GAP, RADIUS, TOP] = [300, 26, 7, 14];
const MOST = 5; // units of a layer that are drawn
const COLUMNS = [40, 150, 260];

export function networkPicture([inputs, hidden, classes]) {
  const drawn = [inputs, hidden, classes].map((units) => Math.min(units, MOST));
  const middle = TOP + ((Math.max(...drawn) - 1) * GAP) / 2;
  const places = drawn.map((units, layer) => Array.from({ length: units }, (_, unit) => [COLUMNS[layer], middle + (unit - (units - 1) / 2) * GAP]));
  const wires = [0, 1].flatMap((layer) => places[layer].flatMap(([x, y]) => places[layer + 1].map(([toX, toY]) => svg("line", { x1: x, y1: y, x2: toX, y2: toY, class: "wire" }))));
  const units = places.flat().map(([x, y]) => svg("circle", { cx: x, cy: y, r: RADIUS, class: "node" }));
  const bottom = middle + ((Math.max(...drawn) - 1) / 2) * GAP;
  const more = [inputs, hidden, classes].flatMap((count, layer) => (count > MOST ? [svg("text", { x: COLUMNS[layer], y: bottom + 20, "text-anchor": "middle" }, "⋮")] : []));
  const names = [said.task.inputs, said.task.hidden, said.task.classes];
  const under = [inputs, hidden, classes].map((n, layer) => svg("text", { x: COLUMNS[layer], y: bottom + 38, "text-anchor": "middle" }, fill(names[layer], { n })));
  const label = fill(said.task.network, { inputs, hidden, classes });
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${bottom + 46}`, role: "img", "aria-label": label }, wires, units, more, under);
  return element("figure", { class: "small-network" }, picture);
}
