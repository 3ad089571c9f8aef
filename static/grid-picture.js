/**
 * A grid of values as colours on a canvas: pixels of an image, units of a layer, entries of a matrix.
 * Emits "inspect" {index or null} for pointer, touch and arrow keys, and "choose" {index} for click and Enter.
 */

import { onceAFrame } from "./dom.js";
import { css } from "./palette.js";

export class GridPicture extends EventTarget {
  #canvas;
  #cell;
  #gap;
  #columns;
  #rows;
  #colour = () => [128, 128, 128];
  #draw = (...cell) => this.#fill(...cell);
  #cursor = null;
  #chosen = null;
  #repaint = onceAFrame(() => this.#paint());

  /** `cell`: canvas pixels for each value; `gap`: of which are left free. */
  constructor(canvas, { columns, rows, cell = 8, gap = 0, label = "", interactive = true }) {
    super();
    this.#canvas = canvas;
    this.#cell = cell;
    this.#gap = gap;
    this.resize(columns, rows);
    canvas.classList.add("grid-picture");
    canvas.setAttribute("aria-label", interactive ? `${label}. Arrow keys move from value to value.` : label);
    canvas.setAttribute("role", interactive ? "application" : "img");
    if (interactive) this.#listen();
    document.addEventListener("themechange", () => this.#repaint());
  }

  resize(columns, rows) {
    [this.#columns, this.#rows] = [columns, rows];
    this.#canvas.width = columns * this.#cell;
    this.#canvas.height = rows * this.#cell;
    this.#canvas.style.aspectRatio = `${columns} / ${rows}`;
    this.#cursor = null;
    this.#chosen = null;
  }

  /** `colour(index)` -> [r, g, b]; asked again when the theme changes. */
  show(colour) {
    this.#colour = colour;
    this.#repaint();
  }

  /** Small pictures instead of plain colours: `draw(context, index, x, y, size)` paints one cell. */
  showTiles(draw) {
    this.#draw = draw;
    this.#repaint();
  }

  choose(index) {
    this.#chosen = index;
    this.#repaint();
  }

  get #count() { return this.#columns * this.#rows; }

  #paint() {
    const context = this.#canvas.getContext("2d");
    const size = this.#cell - this.#gap;
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    for (let index = 0; index < this.#count; index += 1) {
      this.#draw(context, index, ...this.#corner(index), size);
    }
    this.#outline(context, this.#chosen, 3);
    this.#outline(context, this.#cursor, 2);
  }

  #fill(context, index, x, y, size) {
    const colour = this.#colour(index);
    if (!colour) return;
    context.fillStyle = css(colour);
    context.fillRect(x, y, size, size);
  }

  #corner(index) {
    return [(index % this.#columns) * this.#cell, Math.floor(index / this.#columns) * this.#cell];
  }

  #outline(context, index, thickness) {
    if (index === null || this.#cell < 4) return;
    const [x, y] = this.#corner(index);
    const size = this.#cell - this.#gap;
    context.lineWidth = thickness + 2;
    context.strokeStyle = "#000";
    context.strokeRect(x + 1, y + 1, size - 2, size - 2);
    context.lineWidth = thickness;
    context.strokeStyle = "#ffd400";
    context.strokeRect(x + 1, y + 1, size - 2, size - 2);
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.tabIndex = 0;
    canvas.addEventListener("pointermove", (event) => this.#inspect(this.#under(event)));
    canvas.addEventListener("pointerdown", (event) => this.#inspect(this.#under(event)));
    // A finger that is lifted leaves too: what it tapped stays until something else is.
    canvas.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.#inspect(null));
    canvas.addEventListener("blur", () => this.#inspect(null));
    canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && this.#inspect(this.#chosen ?? 0));
    canvas.addEventListener("click", (event) => this.#emit("choose", this.#under(event)));
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.#columns, ArrowDown: this.#columns };
    if (event.key === "Enter" || event.key === " ") this.#emit("choose", this.#cursor ?? 0);
    else if (event.key in steps) {
      const next = (this.#cursor ?? 0) + steps[event.key];
      if (next >= 0 && next < this.#count) this.#inspect(next);
    } else return;
    event.preventDefault();
  }

  #under(event) {
    const box = this.#canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.#columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * this.#rows);
    if (column < 0 || row < 0 || column >= this.#columns || row >= this.#rows) return null;
    return row * this.#columns + column;
  }

  #inspect(index) {
    if (index === this.#cursor) return;
    this.#cursor = index;
    this.#repaint();
    this.#emit("inspect", index);
  }

  #emit(name, index) {
    if (name === "choose" && index === null) return;
    this.dispatchEvent(new CustomEvent(name, { detail: index }));
  }
}
