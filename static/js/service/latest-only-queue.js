/** Runs one async task at a time. Of the values submitted meanwhile only the newest is kept. */

export class LatestOnlyQueue {
  #work;
  #busy = false;
  #waiting = null;

  /** `work(value, isNewest)`: async; `isNewest()` is false once a newer value waits. */
  constructor(work) {
    this.#work = work;
  }

  async submit(value) {
    this.#waiting = { value };
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting) {
      const { value: newest } = this.#waiting;
      this.#waiting = null;
      await this.#work(newest, () => this.#waiting === null);
    }
    this.#busy = false;
  }
}
