/**
 * The content of the pad: strokes in a logical 280x280 square, or 28x28 pixels (of a test digit or an image).
 * Emits "change" after each change, "settle" when a change is complete (not in the middle of a stroke).
 */

const EMPTY = Object.freeze({ strokes: Object.freeze([]), pixels: null, sample: null });

export class Drawing extends EventTarget {
  #now = EMPTY;
  #past = [];
  #future = [];
  #stroke = null; // being drawn

  get strokes() { return this.#now.strokes; }
  get pixels() { return this.#now.pixels; }
  get sample() { return this.#now.sample; } // the index of a test digit
  get blank() { return !this.pixels && this.strokes.length === 0; }
  get drawing() { return this.#stroke !== null; }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  begin(x, y, width) {
    if (this.#stroke) this.end();
    this.#stroke = { width, points: [[x, y]] };
    // A stroke replaces pixels that are on the pad: a drawing cannot hold both.
    this.#push({ strokes: [...this.strokes, this.#stroke], pixels: null, sample: null });
    this.#emit("change");
  }

  extend(points) {
    if (!this.#stroke) return;
    for (const [x, y] of points) {
      const [lastX, lastY] = this.#stroke.points.at(-1);
      if (Math.hypot(x - lastX, y - lastY) >= 1) this.#stroke.points.push([x, y]);
    }
    this.#emit("change");
  }

  end() {
    if (!this.#stroke) return;
    this.#stroke = null;
    this.#emit("change");
    this.#emit("settle");
  }

  /** Discard the stroke being drawn: it was a palm or a second finger. */
  abandon() {
    if (!this.#stroke) return;
    this.#stroke = null;
    this.#now = this.#past.pop();
    this.#done();
  }

  clear() {
    this.#stroke = null;
    if (!this.blank) this.#push(EMPTY);
    this.#done();
  }

  showStrokes(strokes) {
    this.#push({ strokes, pixels: null, sample: null });
    this.#done();
  }

  showPixels(pixels, sample = null) {
    this.#push({ strokes: [], pixels, sample });
    this.#done();
  }

  undo() {
    if (!this.canUndo) return;
    this.#stroke = null;
    this.#future.push(this.#now);
    this.#now = this.#past.pop();
    this.#done();
  }

  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.#now);
    this.#now = this.#future.pop();
    this.#done();
  }

  #push(state) {
    this.#past.push(this.#now);
    this.#future = [];
    this.#now = state;
  }

  #done() {
    this.#emit("change");
    this.#emit("settle");
  }

  #emit(name) {
    this.dispatchEvent(new Event(name));
  }
}
