/** The ids of the runs that this reader started, kept in this browser: on a shared server they stand first. */

const KEPT = "byhand-runs";
const MOST = 100;

export class OwnRuns {
  #ids = [];

  constructor() {
    try {
      this.#ids = [JSON.parse(localStorage.getItem(KEPT) ?? "[]")].flat();
    } catch {
      // storage is blocked or damaged: only the runs of this visit are known
    }
  }

  has(id) {
    return this.#ids.includes(id);
  }

  add(id) {
    this.#ids = [id, ...this.#ids].slice(0, MOST);
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.#ids));
    } catch {
      // as above
    }
  }
}
