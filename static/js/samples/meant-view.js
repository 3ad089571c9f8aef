/** Beside the reading: says what the drawing was meant to be, which keeps it. More present where the network may be wrong. */

import { element, find, findAll, handOn, say } from "../ui/dom.js";
import { aDigit } from "../ui/format.js";
import { fill, words } from "../ui/words.js";

const said = words.samples;
const ACROSS = 5; // buttons in a row
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: ACROSS, ArrowUp: -ACROSS };

export class MeantView {
  #root = find("#meant");
  #open = find("#meant-open");
  #digits = find("#meant-digits");
  #undo = find("#meant-undo");
  #keep;

  /** `keep(label)`: async, keeps the drawing; `undo()`: async, takes it back. Both say themselves what went wrong. */
  constructor(keep, undo) {
    this.#keep = keep;
    const button = (digit) => element("button", { type: "button", "data-digit": digit, onclick: () => this.#choose(digit) }, String(digit));
    this.#digits.append(...Array.from({ length: 10 }, (_, digit) => button(digit)));
    this.#digits.addEventListener("keydown", (event) => this.#key(event));
    this.#open.addEventListener("click", () => this.#show(this.#digits.hidden));
    this.#undo.addEventListener("click", () => {
      handOn(this.#undo, this.#open);
      undo();
    });
    this.#root.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !this.#root.contains(relatedTarget) && this.#show(false, false));
    document.addEventListener("pointerdown", ({ target }) => !this.#root.contains(target) && this.#show(false, false));
    document.addEventListener("keydown", (event) => this.#shortcut(event));
  }

  /** `state`: "off", samples are not kept here; "none", there is nothing to keep; "quiet"; "doubt". `label`: as what it is kept, or null. */
  show(state, label) {
    this.#root.dataset.state = state;
    if (state === "off" || state === "none") this.#show(false, false);
    say(find("#meant-say"), label === null ? "" : fill(said.keptAs, { aDigit: aDigit(label) }));
    if (label === null) handOn(this.#undo, this.#open);
    this.#undo.hidden = label === null;
  }

  get #usable() {
    return ["quiet", "doubt"].includes(this.#root.dataset.state);
  }

  /** Open or close the choice of digits; `focus`: the keyboard goes along. */
  #show(open, focus = true) {
    if (this.#digits.hidden !== open) return;
    this.#digits.hidden = !open;
    this.#open.setAttribute("aria-expanded", open);
    if (focus) (open ? find("button", this.#digits) : this.#open).focus({ preventScroll: true });
  }

  #choose(digit) {
    this.#show(false);
    return this.#keep(digit);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = findAll("button", this.#digits);
    if (/^\d$/.test(event.key)) this.#choose(Number(event.key));
    else if (event.key === "Escape") this.#show(false);
    else if (event.key in STEPS) buttons[buttons.indexOf(event.target) + STEPS[event.key]]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation(); // digits and Escape mean something else elsewhere
  }

  #shortcut(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "m" || !this.#usable) return;
    if (event.target.closest("input:not([type=radio]):not([type=range]), select, textarea")) return;
    event.preventDefault();
    this.#root.scrollIntoView({ block: "nearest" });
    this.#show(this.#digits.hidden);
  }
}
