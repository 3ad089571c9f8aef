/** One task at a time, always on the newest value: values that arrive meanwhile replace one another. */

export class LatestOnlyQueue {
  #work;
  #busy = false;
  #waiting = null;

  /** `work(value, isNewest)`: async; `isNewest()` says whether its answer is still wanted. */
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
