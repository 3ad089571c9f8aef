/** Moves through a list of stages: play, step and back. No DOM; emits "move" {index} and "play" {playing}. */

export class Stepper extends EventTarget {
  #index = 0;
  #length = 1;
  #timer = null;
  pace = 4; // seconds a stage

  get index() { return this.#index; }
  get length() { return this.#length; }
  get playing() { return this.#timer !== null; }
  get atStart() { return this.#index === 0; }
  get atEnd() { return this.#index === this.#length - 1; }

  /** Begin a list of so many stages, at the same stage as before unless another is named. */
  reset(length, index = this.#index) {
    this.pause();
    this.#length = length;
    this.go(index);
  }

  go(index) {
    this.#index = Math.min(Math.max(index, 0), this.#length - 1);
    this.dispatchEvent(new Event("move"));
  }

  forward() { this.go(this.#index + 1); }
  back() { this.go(this.#index - 1); }

  play() {
    if (this.atEnd) this.go(0);
    const next = () => {
      if (this.atEnd) return this.pause();
      this.#timer = setTimeout(next, 1000 * this.pace);
      this.forward(); // whoever hears of it may pause
    };
    this.#timer = setTimeout(next, 1000 * this.pace);
    this.dispatchEvent(new Event("play"));
  }

  pause() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.dispatchEvent(new Event("play"));
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }
}
