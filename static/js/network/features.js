/** Describes the 784 inputs of a network, brightness of pixels or edges of strokes (model/preprocessing/gradient_features.py). Pure. */

import { fill, words } from "../ui/words.js";

/**
 * The directions of edges in the order of the inputs: brightness grows along (dx, dy), y downwards, so that each
 * direction marks one side of a stroke (words.features.sides).
 */
export const EDGES = [
  { arrow: "→", dx: 1, dy: 0 },
  { arrow: "↓", dx: 0, dy: 1 },
  { arrow: "↑", dx: 0, dy: -1 },
  { arrow: "←", dx: -1, dy: 0 },
  { arrow: "↘", dx: 1, dy: 1 },
  { arrow: "↖", dx: -1, dy: -1 },
  { arrow: "↗", dx: 1, dy: -1 },
  { arrow: "↙", dx: -1, dy: 1 },
];

/** The 784 inputs form 8 panels, one for each direction; a panel has 14x7 cells, each of 2 rows by 4 columns of pixels. */
export const PANEL = { columns: 7, rows: 14, across: 4 };

/** The edge direction of an input, and its cell in the panel. */
export function edgeAt(input) {
  const [x, y] = [input % 28, Math.floor(input / 28)];
  const edge = Math.floor(y / PANEL.rows) * PANEL.across + Math.floor(x / PANEL.columns);
  return { edge, column: x % PANEL.columns, row: y % PANEL.rows };
}

/** The index of the input for an edge and a cell: the inverse of edgeAt. */
export function inputOf({ edge, column, row }) {
  const [x, y] = [(edge % PANEL.across) * PANEL.columns, Math.floor(edge / PANEL.across) * PANEL.rows];
  return (y + row) * 28 + x + column;
}

function named(input) {
  const { edge, column, row } = edgeAt(input);
  const place = { top: 2 * row, bottom: 2 * row + 1, left: 4 * column, right: 4 * column + 3 };
  return { arrow: EDGES[edge].arrow, side: words.features.sides[edge], place: fill(words.features.place, place) };
}

/** For pixels and edges: `at(input)` starts an equation about an input, `tell(input, value)` is a sentence about it. */
export const FEATURES = {
  pixels: {
    at: () => "",
    tell: (input, value) => fill(words.features.pixel, { row: Math.floor(input / 28), column: input % 28, value }),
  },
  edges: {
    at: (input) => fill(words.features.atEdge, named(input)),
    tell: (input, value) => fill(words.features.edge, { ...named(input), value }),
  },
};
