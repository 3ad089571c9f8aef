/** The parts of the drawn network as SVG: the picture of the input, wires, nodes, and the arrows below. */

import { inputLayout } from "../../network/layout.js";
import { svg } from "../../ui/dom.js";
import { css, diverging, inkOn, slate } from "../../ui/palette.js";
import { theme } from "../../ui/theme.js";
import { ARROWS } from "./layout.js";

const LEVELS = 8; // greys of the picture
const [THIN, THICK] = [0.6, 5.5];
const PALE = 0.3; // the least part of the full colour, so that a thin wire is seen

/** The 784 inputs as a small picture; `marked`: those that are nodes, each with a line from its place to (x, y). */
export function inputPicture({ x, y, side }, values, features, marked) {
  const layout = inputLayout(features);
  const scale = side / layout.width;
  const [width, height] = layout.size;
  const paths = Array(LEVELS + 1).fill("");
  values.forEach((value, index) => {
    const level = Math.round(Math.min(Math.max(value, 0), 1) * LEVELS);
    const [left, top] = layout.corner(index);
    if (level) paths[level] += `M${left} ${top}h${width}v${height}h${-width}z`;
  });
  const centre = (index) => layout.corner(index).map((corner, axis) => [x, y][axis] + (corner + layout.size[axis] / 2) * scale);
  return [
    svg("rect", { x, y, width: side, height: side, rx: 4, fill: css(slate(0)) }),
    svg("g", { transform: `translate(${x} ${y}) scale(${scale})` }, paths.map((d, level) => (d ? svg("path", { d, fill: css(slate(level / LEVELS)) }) : []))),
    ...marked.flatMap(({ index, to }) => {
      const [left, top] = centre(index);
      return [svg("line", { x1: left, y1: top, x2: to[0], y2: to[1], class: "wire-lead" }), svg("circle", { cx: left, cy: top, r: 2.5, class: "wire-place" })];
    }),
  ];
}

/** One wire; `share`: its value in −1..1 of its layer's largest, or null as long as it carries nothing. */
export function wire([x1, y1], [x2, y2], share, current) {
  const at = { x1, y1, x2, y2, pathLength: 1 };
  if (share === null) return svg("line", { ...at, class: "wire wire-off" });
  const colour = diverging(Math.sign(share) * (PALE + (1 - PALE) * Math.abs(share)), theme());
  const width = THIN + (THICK - THIN) * Math.abs(share);
  return svg("line", { ...at, class: current ? `wire wire-${current}` : "wire", stroke: css(colour), "stroke-width": width.toFixed(2) });
}

/** A node; `fill`, `ring`: colours [r, g, b] of its activation and of its error, or null as long as they are not known. */
export function node([x, y], radius, name, { fill, ring, fresh, marked }, attributes) {
  const circle = svg("circle", { cx: x, cy: y, r: radius, class: "node-disc", fill: fill && css(fill) });
  const error = ring && svg("circle", { cx: x, cy: y, r: radius + 2.5, class: "node-error", stroke: css(ring) });
  const text = svg("text", { x, y, dy: "0.35em", "text-anchor": "middle", class: marked ? "node-marked" : null, fill: fill && inkOn(fill) }, name);
  return svg("g", { class: fresh ? "node node-fresh" : "node", ...attributes }, svg("circle", { cx: x, cy: y, r: radius + 6, class: "node-reach" }), error ?? [], circle, text);
}

/** The two arrows of a layer, forward and back: `lit` {forward, back}, `current` the way of this stage or null. */
export function arrows([left, right], lit, current) {
  return Object.entries(ARROWS).map(([way, y]) => {
    const [from, to, head] = way === "forward" ? [left, right, -5] : [right, left, 5];
    const state = current === way ? "arrow-current" : lit[way] ? "arrow-lit" : "arrow-off";
    return svg("path", { d: `M${from} ${y}H${to}m${head} -4l${-head} 4l${head} 4`, class: `wires-arrow ${state}`, "data-way": way });
  });
}
