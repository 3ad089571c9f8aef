/** What the 784 inputs of a network stand for, the ink of pixels or the edges of strokes (model/preprocessing/gradient_features.py), in words. Pure. */

/**
 * The directions of edges in the order of the inputs: (dx, dy), y downwards, is where the ink grows, so that what lies
 * there is one side of a stroke.
 */
export const EDGES = [
  { arrow: "→", dx: 1, dy: 0, side: "left" },
  { arrow: "↓", dx: 0, dy: 1, side: "upper" },
  { arrow: "↑", dx: 0, dy: -1, side: "lower" },
  { arrow: "←", dx: -1, dy: 0, side: "right" },
  { arrow: "↘", dx: 1, dy: 1, side: "upper left" },
  { arrow: "↖", dx: -1, dy: -1, side: "lower right" },
  { arrow: "↗", dx: 1, dy: -1, side: "lower left" },
  { arrow: "↙", dx: -1, dy: 1, side: "upper right" },
];

/** The 28x28 inputs are 2 rows of 4 panels, one a direction; a panel has 14x7 cells of 2 rows by 4 columns of pixels. */
export const PANEL = { columns: 7, rows: 14, across: 4 };

/** Which edge an input is, and its cell in the panel. */
export function edgeAt(input) {
  const [x, y] = [input % 28, Math.floor(input / 28)];
  const edge = Math.floor(y / PANEL.rows) * PANEL.across + Math.floor(x / PANEL.columns);
  return { edge, column: x % PANEL.columns, row: y % PANEL.rows };
}

/** The input of an edge and a cell: the way back. */
export function inputOf({ edge, column, row }) {
  const [x, y] = [(edge % PANEL.across) * PANEL.columns, Math.floor(edge / PANEL.across) * PANEL.rows];
  return (y + row) * 28 + x + column;
}

function named(input) {
  const { edge, column, row } = edgeAt(input);
  return { ...EDGES[edge], place: `rows ${2 * row}–${2 * row + 1}, columns ${4 * column}–${4 * column + 3}` };
}

/**
 * `picture`: the name of the input's picture; `digit`: what weights are multiplied with; `one`: a single input; `value`:
 * what its number is; `at(input)`: what an equation about it begins with; `tell(input, value)`: a sentence;
 * `stages`: those of the backward pass that are about the input.
 */
export const FEATURES = {
  pixels: {
    picture: "The 28 by 28 input",
    digit: "your digit",
    one: "pixel",
    value: "ink",
    at: () => "",
    tell: (input, value) => `Pixel at row ${Math.floor(input / 28)}, column ${input % 28}: ink ${value}.`,
    gradient: "change of the loss with this pixel's ink",
    stages: {
      first: {
        title: "The weights from the pixels",
        words: "Every hidden unit gets a copy of the digit, scaled by its error: large those with the largest, small all of them. A step goes against the gradient, so orange copies are added and blue ones taken away.",
      },
      input: {
        title: "Back to the pixels",
        words: "One step further and the error reaches the drawing itself: ink on blue pixels raises the loss, ink on orange pixels lowers it. This is what the network would like you to draw.",
      },
    },
  },
  edges: {
    picture: "The input: eight pictures around the digit, each with the edges on one side of its strokes",
    digit: "the edges",
    one: "edge",
    value: "edge",
    at(input) {
      const { arrow, side, place } = named(input);
      return `${side} sides (${arrow}), ${place}: `;
    },
    tell(input, value) {
      const { arrow, side, place } = named(input);
      return `Edge ${arrow}, the ${side} side of a stroke, at ${place}: ${value}.`;
    },
    gradient: "change of the loss with this edge",
    stages: {
      first: {
        title: "The weights from the edges",
        words: "Every hidden unit gets a copy of the digit's edges, scaled by its error: large those with the largest, small all of them. A step goes against the gradient, so orange copies are added and blue ones taken away.",
      },
      input: {
        title: "Back to the edges",
        words: "One step further and the error reaches what the network sees of the drawing: an edge where it is blue raises the loss, an edge where it is orange lowers it. This is where the network would like your strokes to begin and to end.",
      },
    },
  },
};
