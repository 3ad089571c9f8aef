/** Marks on the lines of a chart, so that lines are told apart by more than their colour. */

import { svg } from "./dom.js";

/** Filled and hollow: as many as there are colours of runs (palette.js), in the same order. */
export const MARKERS = ["circle", "triangle", "square", "diamond", "circle hollow", "triangle hollow", "square hollow", "diamond hollow"];

const CORNERS = {
  triangle: [[0, -1.25], [1.2, 0.9], [-1.2, 0.9]],
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
};

/** A marker at x, y, some `size` to each side. */
export function markerAt(marker, x, y, colour, size = 4) {
  const [shape, hollow] = marker.split(" ");
  const look = hollow ? { class: "chart-mark hollow", stroke: colour } : { class: "chart-mark", fill: colour };
  if (shape === "circle") return svg("circle", { cx: x, cy: y, r: size, ...look });
  const corners = CORNERS[shape].map(([right, down]) => `${(x + size * right).toFixed(1)},${(y + size * down).toFixed(1)}`);
  return svg("polygon", { points: corners.join(" "), ...look });
}
