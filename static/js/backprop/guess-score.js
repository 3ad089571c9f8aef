/** Whether the reader wants to guess first, and how many guesses were right, kept as long as the tab is open. No DOM; emits "change". */

const KEPT = "byhand-guess"; // the name in the tab's storage

export class GuessScore extends EventTarget {
  #kept = { on: false, asked: 0, right: 0, ...kept() };

  get on() { return this.#kept.on; }
  get asked() { return this.#kept.asked; }
  get right() { return this.#kept.right; }

  set on(on) { this.#keep({ on }); }

  count(right) {
    this.#keep({ asked: this.asked + 1, right: this.right + (right ? 1 : 0) });
  }

  #keep(changes) {
    Object.assign(this.#kept, changes);
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(this.#kept));
    } catch {
      // no storage: kept as long as the page is open
    }
    this.dispatchEvent(new Event("change"));
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  } catch {
    return {}; // no storage
  }
}
