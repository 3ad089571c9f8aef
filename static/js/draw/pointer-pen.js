/** Drawing with mouse, finger or pen: turns pointer events on a canvas into strokes of a Drawing, and paints it. */

import { onceAFrame } from "../ui/dom.js";
import { paintDrawing } from "./paint.js";
import { CANVAS as SIDE } from "./strokes.js";

const PALM = 1000; // milliseconds after a pen's last sign in which a touch is the palm of its hand

export class PointerPen {
  #canvas;
  #drawing;
  #pointer = null; // the id of the pointer that draws
  #touching = false; // it is a finger, or a palm
  #penGone = -Infinity; // when a pen was last near, in milliseconds: meanwhile touches are palms
  #box = null; // the canvas's place in the window, cached, as reading it makes the browser lay out the page
  repaint = onceAFrame(() => paintDrawing(this.#canvas, this.#drawing));
  penWidth;

  constructor(canvas, drawing, penWidth) {
    this.#canvas = canvas;
    this.#drawing = drawing;
    this.penWidth = penWidth;
    for (const name of ["pointerdown", "pointermove", "pointerup"]) canvas.addEventListener(name, (event) => this.#notePen(event));
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => this.#up(event));
    }
    // Long presses and double taps would select text or open menus in the middle of a digit.
    for (const name of ["contextmenu", "selectstart", "dragstart"]) {
      canvas.addEventListener(name, (event) => event.preventDefault());
    }
    for (const name of ["scroll", "resize"]) addEventListener(name, () => (this.#box = null), { passive: true });
    drawing.addEventListener("change", () => this.repaint());
    new ResizeObserver(() => this.#fit()).observe(canvas);
  }

  #down(event) {
    if (event.pointerType === "pen" && this.#touching) this.#drop();
    if (event.button !== 0 || this.#pointer !== null) return;
    if (event.pointerType === "touch" && performance.now() - this.#penGone < PALM) return;
    this.#touching = event.pointerType === "touch";
    this.#pointer = event.pointerId;
    this.#box = null;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#drawing.begin(...this.#place(event), this.penWidth);
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    this.#drawing.extend((steps.length ? steps : [event]).map((step) => this.#place(step)));
  }

  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#touching = false;
    this.#drawing.end();
  }

  #notePen({ pointerType }) {
    if (pointerType === "pen") this.#penGone = performance.now();
  }

  /** Discard the stroke of a palm that touched before the pen did. */
  #drop() {
    this.#pointer = null;
    this.#touching = false;
    this.#drawing.abandon();
  }

  /** A pointer's window coordinates -> [x, y] in the logical square. */
  #place(event) {
    const box = (this.#box ??= this.#canvas.getBoundingClientRect());
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  #fit() {
    const side = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio));
    if (this.#canvas.width === side) return;
    this.#canvas.width = side;
    this.#canvas.height = side;
    this.repaint();
  }
}
