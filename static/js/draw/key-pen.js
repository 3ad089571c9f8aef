/** Drawing with the keyboard: arrow keys move a nib over the pad, Space puts it down and lifts it. */

import { CANVAS as SIDE } from "./strokes.js";
import { words } from "../ui/words.js";

const STEP = 10;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class KeyPen {
  #at = [SIDE / 2, SIDE / 4];
  #down = false;

  /** `nib`: the element that marks the place on the pad; `width()`: the pen's width; `tell(text)`: a message to the reader. */
  constructor(pad, nib, drawing, width, tell) {
    pad.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " ") {
        event.preventDefault();
        if (this.#down) drawing.end();
        else drawing.begin(...this.#at, width());
        this.#down = !this.#down;
        tell(this.#down ? words.draw.penDown : words.draw.penUp);
      } else if (event.key in MOVES) {
        event.preventDefault();
        const [x, y] = MOVES[event.key];
        this.#at = [limit(this.#at[0] + STEP * x), limit(this.#at[1] + STEP * y)];
        if (this.#down && !drawing.drawing) this.#down = false; // cleared or undone meanwhile
        if (this.#down) drawing.extend([this.#at]);
      } else return;
      nib.hidden = false;
      nib.dataset.down = this.#down;
      nib.style.left = `${(100 * this.#at[0]) / SIDE}%`;
      nib.style.top = `${(100 * this.#at[1]) / SIDE}%`;
    });
    const lift = () => {
      nib.hidden = true;
      if (this.#down) drawing.end();
      this.#down = false;
    };
    pad.addEventListener("blur", lift);
    pad.addEventListener("pointerdown", lift);
  }
}

const limit = (value) => Math.min(Math.max(value, 10), SIDE - 10);
