/** Shows a question with its options, then whether the guess was right, and why. The key G skips the question that is in view. */

import { element, find, handOn, sayRaised } from "../ui/dom.js";
import { words } from "../ui/words.js";

export const SKIP = "g";
const boxes = [];

export class GuessBox {
  #root;
  #done = null; // what an open question is answered to
  #asked = "";

  /** `next`: the selector of the control to which the focus goes when the options vanish. */
  constructor(root, next) {
    this.#root = root;
    this.next = next;
    if (boxes.push(this) === 1) document.addEventListener("keydown", skipped);
  }

  get open() { return this.#done !== null; }

  /** Ask; `done(choice)` is called with the id of an option, or with null. */
  ask(question, done) {
    this.#done = done;
    if (this.#asked === question.text && !this.#root.hidden) return; // the numbers changed, the question did not
    this.#asked = question.text;
    const button = ({ id, text }) => element("button", { type: "button", "data-option": id, onclick: () => this.#close(id) }, text);
    const skip = element("button", { type: "button", class: "quiet", "data-skip": "", "aria-keyshortcuts": SKIP, onclick: () => this.#close(null) }, words.guess.skip);
    const text = element("p", { class: "guess-question" });
    sayRaised(text, question.text);
    this.#root.replaceChildren(text, element("p", { class: "buttons" }, question.options.map(button), skip));
    this.#root.hidden = false;
  }

  /** `told`: {right, text} of the last guess, or null to show nothing. */
  tell(told) {
    this.#done = null;
    this.#asked = "";
    this.#root.hidden = told === null;
    if (!told) return this.#root.replaceChildren();
    const text = element("p", { class: "guess-verdict", "data-right": String(told.right), role: "status" });
    sayRaised(text, told.text);
    this.#root.replaceChildren(text);
  }

  skip() { this.#close(null); }

  /** Whether the window shows it, so that a key is meant for it. */
  get inView() {
    const { top, bottom, height } = this.#root.getBoundingClientRect();
    return height > 0 && bottom > 0 && top < innerHeight;
  }

  get hasFocus() { return this.#root.contains(document.activeElement); }

  #close(choice) {
    const done = this.#done;
    const focused = this.hasFocus ? document.activeElement : null;
    done?.(choice);
    if (focused && !focused.isConnected) find(this.next)?.focus({ preventScroll: true });
    else handOn(focused, find(this.next));
  }
}

function skipped(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== SKIP) return;
  if (event.target.closest("input:not([type=radio], [type=range], [type=checkbox]), select, textarea")) return;
  const open = boxes.filter((box) => box.open && box.inView);
  (open.find((box) => box.hasFocus) ?? open[0])?.skip();
}
