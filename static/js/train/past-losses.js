/**
 * The training losses within the epochs of runs that are over, read once from the events that the service keeps, so that a
 * curve is the same after a reload. No DOM. Emits "change".
 */

import { jobEvents } from "../service/api.js";

const AT_ONCE = 2; // streams: a browser keeps six connections to a server

/** The point of a curve for a progress event: [epoch, loss]; null before the first step. */
export function lossPoint({ step, steps, epochs, train_loss: loss }) {
  return steps && Number.isFinite(loss) ? [(step / steps) * epochs, loss] : null;
}

export class PastLosses extends EventTarget {
  #known = new Map(); // id -> points
  #waiting = [];
  #open = 0;

  /** The points of a run that is over: none at first, until they have been read. */
  of(id) {
    if (!this.#known.has(id)) {
      this.#known.set(id, []);
      this.#waiting.push(id);
      this.#next();
    }
    return this.#known.get(id);
  }

  #next() {
    while (this.#open < AT_ONCE && this.#waiting.length) this.#read(this.#waiting.shift());
  }

  #read(id) {
    this.#open += 1;
    const [stream, points] = [new EventSource(jobEvents(id)), []];
    const done = () => {
      stream.close();
      this.#open -= 1;
      this.#known.set(id, points);
      this.dispatchEvent(new Event("change"));
      this.#next();
    };
    stream.addEventListener("progress", ({ data }) => {
      const point = lossPoint(JSON.parse(data));
      if (point) points.push(point);
    });
    stream.addEventListener("end", done);
    stream.addEventListener("error", done); // without its last event, too, a curve is drawn as far as it goes
  }
}
