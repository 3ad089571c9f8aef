/** The reader's own drawings, each with what it was meant to be, as the service keeps them. No DOM. Emits "change". */

import { CANVAS } from "../draw/strokes.js";
import * as api from "../service/api.js";

const PAGE = 200; // samples in a list
export const [MOST_STROKES, MOST_POINTS] = [64, 1000]; // of a sample, as model/data/samples.py has them
const OFF = "samples.off";
const GONE = 404;

export class OwnSamples extends EventTarget {
  #items = []; // the newest first
  #count = 0;
  #next = null; // where the list goes on
  #open = false;

  /** Whether the service keeps samples, as far as is known. */
  get open() { return this.#open; }

  /** Those that have been fetched, of `count`. */
  get items() { return this.#items; }
  get count() { return this.#count; }

  /** Fetch the newest. Resolves to whether the service keeps samples at all; rejects with an ApiError. */
  async begin() {
    try {
      await this.#fetch(null);
      this.#open = true;
    } catch (error) {
      if (error.code !== OFF) throw error;
    }
    this.#changed();
    return this.#open;
  }

  /** Fetch those that are left. */
  async all() {
    if (this.#next === null) return this.#items;
    while (this.#next !== null) await this.#fetch(this.#next);
    this.#changed();
    return this.#items;
  }

  /** The sample that is this very drawing, or null. */
  of(pixels) {
    return this.#items.find((sample) => sample.pixels.every((value, index) => value === pixels[index])) ?? null;
  }

  /** Keep a drawing: `pixels` as they are read, `strokes` as the pad has them. */
  async keep(pixels, strokes, label) {
    const drawn = strokes.length ? unitStrokes(strokes) : null;
    const kept = await api.keepSample({ pixels: Array.from(pixels), label, ...(drawn && { strokes: drawn }) });
    if (!this.#items.some(({ id }) => id === kept.id)) {
      this.#items = [ready(kept), ...this.#items];
      this.#count += 1;
    }
    this.#changed();
  }

  async remove(id) {
    await gone(api.deleteSample(id));
    const left = this.#items.filter((sample) => sample.id !== id);
    this.#count -= this.#items.length - left.length;
    this.#items = left;
    this.#changed();
  }

  async removeAll() {
    await api.deleteSamples();
    [this.#items, this.#count, this.#next] = [[], 0, null];
    this.#changed();
  }

  /** Add those of a file: {added, known}. */
  async import(file) {
    const result = await api.importSamples(file);
    await this.#fetch(null);
    this.#changed();
    return result;
  }

  async #fetch(cursor) {
    const { items, next, count } = await api.samples({ limit: PAGE, cursor });
    const before = cursor ? this.#items : [];
    this.#items = [...before, ...items.map(ready)];
    [this.#next, this.#count] = [next, count];
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

const ready = (sample) => ({ ...sample, pixels: Uint8Array.from(sample.pixels.flat()) });

/** A drawing's strokes without their pens, in units of the pad's side; a pointer may have left the pad. Null for more strokes than are kept. */
export function unitStrokes(strokes) {
  if (strokes.length > MOST_STROKES) return null;
  const points = strokes.reduce((sum, stroke) => sum + stroke.points.length, 0);
  const every = Math.ceil(points / (MOST_POINTS - 2 * strokes.length)); // in each stroke one is begun, and the last kept besides
  const unit = (value) => Math.round(1e4 * Math.min(Math.max(value / CANVAS, 0), 1)) / 1e4;
  return strokes.map((stroke) => stroke.points.filter((_, index, all) => index % every === 0 || index === all.length - 1).map((point) => point.map(unit)));
}

/** What was to be deleted and is not there any more is gone as well. */
async function gone(deletion) {
  try {
    await deletion;
  } catch (error) {
    if (error.status !== GONE) throw error;
  }
}
