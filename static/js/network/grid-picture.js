/**
 * Draws values as colours on a canvas: pixels of an image, edges, units of a layer, entries of a matrix.
 * Emits "inspect" {index or null} for pointer, touch and arrow keys, and "choose" {index} for click and Enter.
 */

import { onceAFrame } from "../ui/dom.js";
import { drawMarks } from "./edge-marks.js";
import { Compass, Grid } from "./layout.js";
import { css } from "../ui/palette.js";
import { fill, words } from "../ui/words.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class GridPicture extends EventTarget {
  #canvas;
  #layout;
  #colour = () => [128, 128, 128];
  #middle = null;
  #draw = (...cell) => this.#fill(...cell);
  #cursor = null;
  #chosen = null;
  #repaint = onceAFrame(() => this.#paint());

  /** `layout`: from layout.js, or `columns` and `rows`. `cell`: canvas pixels for each value, of which `gap` are left free. */
  constructor(canvas, { columns = 1, rows = 1, cell = 8, gap = 0, layout = new Grid(columns, rows, cell, gap), label = "" }) {
    super();
    this.#canvas = canvas;
    this.arrange(layout);
    this.name(label);
    canvas.classList.add("grid-picture");
    canvas.setAttribute("role", "application");
    this.#listen();
    document.addEventListener("themechange", () => this.#repaint());
  }

  name(label) {
    this.#canvas.setAttribute("aria-label", fill(words.pictures.read, { label }));
  }

  arrange(layout) {
    this.#layout = layout;
    this.#canvas.width = layout.width;
    this.#canvas.height = layout.height;
    this.#canvas.style.aspectRatio = `${layout.width} / ${layout.height}`;
    this.#canvas.classList.toggle("compass", layout instanceof Compass);
    this.#cursor = null;
    this.#chosen = null;
  }

  /** `colour(index)` -> [r, g, b]; called again if the theme changes. `middle`: 28x28 pixels to draw amid eight panels. */
  show(colour, middle = null) {
    this.#colour = colour;
    this.#middle = middle;
    this.#repaint();
  }

  /** Small pictures instead of plain colours: `draw(context, index, x, y, width, height)` paints one cell. */
  showTiles(draw) {
    this.#draw = draw;
    this.#repaint();
  }

  choose(index) {
    this.#chosen = index;
    this.#repaint();
  }

  #paint() {
    const context = this.#canvas.getContext("2d");
    const layout = this.#layout;
    context.clearRect(0, 0, layout.width, layout.height);
    for (let index = 0; index < layout.count; index += 1) {
      this.#draw(context, index, ...layout.corner(index), ...layout.size);
    }
    if (layout instanceof Compass) drawMarks(context, layout, this.#cursor, this.#middle, getComputedStyle(this.#canvas));
    this.#outline(context, this.#chosen, 3);
    this.#outline(context, this.#cursor, 2);
  }

  #fill(context, index, x, y, width, height) {
    const colour = this.#colour(index);
    if (!colour) return;
    context.fillStyle = css(colour);
    context.fillRect(x, y, width, height);
  }

  #outline(context, index, thickness) {
    if (index === null) return;
    const [x, y] = this.#layout.corner(index);
    const [width, height] = this.#layout.size;
    context.lineWidth = thickness + 2;
    context.strokeStyle = "#000";
    context.strokeRect(x + 1, y + 1, width - 2, height - 2);
    context.lineWidth = thickness;
    context.strokeStyle = "#ffd400";
    context.strokeRect(x + 1, y + 1, width - 2, height - 2);
  }

  #listen() {
    const canvas = this.#canvas;
    canvas.tabIndex = 0;
    canvas.addEventListener("pointermove", (event) => this.#inspect(this.#under(event)));
    canvas.addEventListener("pointerdown", (event) => this.#inspect(this.#under(event)));
    // Lifting a finger fires pointerleave too; the tapped value then stays selected until another is tapped.
    canvas.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.#inspect(null));
    canvas.addEventListener("blur", () => this.#inspect(null));
    canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && this.#inspect(this.#chosen ?? 0));
    canvas.addEventListener("click", (event) => this.#emit("choose", this.#under(event)));
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.key === "Enter" || event.key === " ") this.#emit("choose", this.#cursor ?? 0);
    else if (event.key in STEPS) {
      const next = this.#layout.next(this.#cursor ?? 0, ...STEPS[event.key]);
      if (next !== null) this.#inspect(next);
    } else return;
    event.preventDefault();
  }

  #under(event) {
    const box = this.#canvas.getBoundingClientRect();
    const { width, height } = this.#layout;
    return this.#layout.under(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height);
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
