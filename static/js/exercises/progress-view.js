/** The learner's progress in words, exported to a file, imported again, cleared. Emits "change". */

import { element, find, say } from "../ui/dom.js";
import { fillCount } from "../ui/words.js";
import { forgetProgress, keepProgress, keptProgress } from "./kept-progress.js";
import { LEVELS } from "./levels.js";
import { countRight, fromFile, merged, NOTHING, toFile } from "./progress.js";
import { said } from "./words.js";

const words = said.progress;

export class ProgressView extends EventTarget {
  #section;
  #clearing = false; // pressed once
  value = keptProgress();

  constructor(section) {
    super();
    this.#section = section;
    find("#export", section).addEventListener("click", () => this.#export());
    find("#import", section).addEventListener("change", (event) => this.#import(event.target));
    const clear = find("#clear-progress", section);
    this.clearWords = clear.textContent;
    clear.addEventListener("click", () => this.#clear(clear));
    clear.addEventListener("blur", () => this.#calm(clear));
    this.#show();
  }

  set(value) {
    this.value = value;
    const kept = keepProgress(value);
    this.#show();
    if (!kept) say(find("#progress-say", this.#section), words.notKept);
    this.dispatchEvent(new Event("change"));
  }

  #show() {
    const right = countRight(this.value);
    const any = Object.keys(this.value.levels).length > 0;
    say(find("#progress-sum", this.#section), any ? fillCount(words.some, right, { right, all: LEVELS.length }) : words.none);
  }

  #export() {
    const address = URL.createObjectURL(new Blob([toFile(this.value)], { type: "application/json" }));
    element("a", { href: address, download: words.file }).click();
    setTimeout(() => URL.revokeObjectURL(address));
  }

  async #import(input) {
    const [file] = input.files;
    if (!file) return;
    const given = fromFile(await file.text());
    input.value = "";
    if (!given) return say(find("#progress-say", this.#section), words.noProgress);
    this.set(merged(this.value, given));
    const right = countRight(this.value);
    say(find("#progress-say", this.#section), fillCount(words.imported, right, { right, all: LEVELS.length }));
  }

  /** What cannot be had back is asked for twice. */
  #clear(button) {
    if (!this.#clearing) {
      this.#clearing = true;
      return say(button, words.sure);
    }
    this.#calm(button);
    this.set(NOTHING);
    forgetProgress();
    say(find("#progress-say", this.#section), words.cleared);
  }

  #calm(button) {
    this.#clearing = false;
    say(button, this.clearWords);
  }
}
