/** If the server requires an API key: asks the reader for it, keeps it for this tab and repeats the request. */

import { useKey } from "./api.js";
import { find, say } from "../ui/dom.js";

const NAME = "byhand-key";

export class Keyring {
  #form;
  #waiting = []; // functions to call when a key was given
  #before = null; // what had the keyboard before the form came

  constructor(form) {
    this.#form = form;
    try {
      useKey(sessionStorage.getItem(NAME));
    } catch {
      // no storage: the key is asked for again on the next page
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#given(find("input", form).value.trim());
    });
    find("[type=button]", form).addEventListener("click", () => this.#given(null));
  }

  /** Run `work` (async); ask for a key and run it again as long as the server answers 401. */
  async with(work) {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (error.status !== 401) throw error;
        const key = await this.#ask(error.message);
        if (key === null) throw error;
      }
    }
  }

  #ask(message) {
    if (this.#form.hidden) this.#before = document.activeElement;
    this.#form.hidden = false;
    say(find("#key-say", this.#form), message);
    find("input", this.#form).focus();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #given(key) {
    if (key !== null) {
      useKey(key);
      try {
        sessionStorage.setItem(NAME, key);
      } catch {
        // as above
      }
    }
    this.#before?.focus({ preventScroll: true });
    this.#form.hidden = true;
    for (const resolve of this.#waiting.splice(0)) resolve(key);
  }
}
