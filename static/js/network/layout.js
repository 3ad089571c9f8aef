/**
 * Layouts of a picture's values on its canvas: their places, the value under a point, and the next one by arrow keys. Pure.
 * A layout has `count`, `width` and `height` of the canvas, the `size` [width, height] of a value, `corner(index)`,
 * `under(x, y)` for a point in canvas pixels and `next(index, dx, dy)`; both -> an index or null.
 */

import { EDGES, edgeAt, inputOf, PANEL } from "./features.js";

/** A grid of square values, `cell` canvas pixels apart, of which `gap` are left free. */
export class Grid {
  #cell;
  #columns;

  constructor(columns, rows, cell = 8, gap = 0) {
    [this.#columns, this.#cell] = [columns, cell];
    this.count = columns * rows;
    [this.width, this.height] = [columns * cell, rows * cell];
    this.size = [cell - gap, cell - gap];
  }

  corner(index) {
    return [(index % this.#columns) * this.#cell, Math.floor(index / this.#columns) * this.#cell];
  }

  under(x, y) {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
    return Math.floor(y / this.#cell) * this.#columns + Math.floor(x / this.#cell);
  }

  next(index, dx, dy) {
    const next = index + dx + dy * this.#columns;
    return next >= 0 && next < this.count ? next : null;
  }
}

/**
 * Eight panels around an empty middle: left of it those for left sides of strokes, above it for upper sides, and so on.
 * A value covers 2 rows by 4 columns of pixels, so it is drawn twice as wide as high, and each panel is square.
 */
export class Compass {
  count = EDGES.length * PANEL.columns * PANEL.rows;
  #pitch; // from panel to panel

  /** `cell`: the height of a value; `gap`: between two panels. */
  constructor(cell = 8, gap = cell) {
    this.size = [2 * cell, cell];
    this.side = PANEL.rows * cell; // of a panel
    this.#pitch = this.side + gap;
    this.width = this.height = 3 * this.side + 2 * gap;
  }

  /** The corner of a panel, or of the middle for null. */
  panel(edge) {
    const { dx, dy } = EDGES[edge] ?? { dx: 0, dy: 0 };
    return [(1 - dx) * this.#pitch, (1 - dy) * this.#pitch];
  }

  corner(index) {
    const { edge, column, row } = edgeAt(index);
    const [x, y] = this.panel(edge);
    return [x + column * this.size[0], y + row * this.size[1]];
  }

  /** The corner of the same part of the digit in the middle. */
  place(index) {
    const { edge } = edgeAt(index);
    const [panel, middle] = [this.panel(edge), this.panel(null)];
    return this.corner(index).map((at, axis) => at - panel[axis] + middle[axis]);
  }

  under(x, y) {
    const [left, top] = [Math.floor(x / this.#pitch), Math.floor(y / this.#pitch)];
    const edge = EDGES.findIndex(({ dx, dy }) => 1 - dx === left && 1 - dy === top);
    const [column, row] = [(x - left * this.#pitch) / this.size[0], (y - top * this.#pitch) / this.size[1]].map(Math.floor);
    if (edge < 0 || column >= PANEL.columns || row >= PANEL.rows) return null;
    return inputOf({ edge, column, row });
  }

  /** The neighbour in a direction, also beyond gaps and the middle; null at the border. */
  next(index, dx, dy) {
    const [width, height] = this.size;
    let [x, y] = this.corner(index).map((start, axis) => start + this.size[axis] / 2);
    do {
      [x, y] = [x + dx * width, y + dy * height];
      if (x < 0 || y < 0 || x >= this.width || y >= this.height) return null;
    } while (this.under(x, y) === null);
    return this.under(x, y);
  }
}

/** The layout of a network's inputs: 28x28 pixels, or eight panels of edges. */
export const inputLayout = (features, cell = 8) => (features === "edges" ? new Compass(cell) : new Grid(28, 28, cell));
