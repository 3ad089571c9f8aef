/** Navigation between the parts of the page: links scroll to them, Back returns, and the link of the part in view is marked. */

import { find, findAll, onceAFrame } from "./dom.js";

const PARTS = ["draw", "inside", "learn", "train"];
const LINE = 0.4; // of the window's height: the part that crosses it is the one being read

const NEAR = 4; // pixels

export class Navigation {
  #here = "draw";
  #goal = null; // what is being scrolled to
  #links = new Map(PARTS.map((part) => [part, find(`nav a[href="#${part}"]`)]));

  /** `moved(part)` is called when another part comes into view. */
  constructor(moved) {
    for (const link of findAll('a[href^="#"]')) this.#on(link, link.getAttribute("href").slice(1));
    this.#on(find(".brand"), "draw");
    addEventListener("scrollend", () => this.#arrive());
    for (const name of ["wheel", "touchstart", "keydown"]) addEventListener(name, () => (this.#goal = null), { passive: true });
    addEventListener("scroll", onceAFrame(() => this.#look(moved)), { passive: true });
    this.#mark();
  }

  /** A step of its own in the tab's history, whose place in the page the browser remembers. */
  #on(link, id) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
      event.preventDefault();
      history.pushState({ view: id }, "", location.href);
      this.go(id);
    });
  }

  /** Scrolls to an element and focuses it. For the drawing part it scrolls to the very top. */
  go(id, behavior = "auto") {
    const target = find(`#${CSS.escape(id)}`);
    if (!target) return;
    this.#goal = id === "draw" ? null : target;
    if (id === "draw") scrollTo({ top: 0, behavior });
    else target.scrollIntoView({ block: "start", behavior });
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  /** A figure that fills on the way pushes its part further down: go on until it is there, unless the reader scrolls. */
  #arrive() {
    const goal = this.#goal;
    if (!goal) return;
    const off = Math.abs(goal.getBoundingClientRect().top - parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop));
    const atEnd = scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    this.#goal = off > NEAR && !atEnd ? goal : null;
    this.#goal?.scrollIntoView({ block: "start", behavior: "instant" });
  }

  #look(moved) {
    const line = LINE * innerHeight;
    const here = PARTS.findLast((part) => find(`#${part}`).getBoundingClientRect().top <= line) ?? "draw";
    if (here === this.#here) return;
    this.#here = here;
    this.#mark();
    moved(here);
  }

  #mark() {
    for (const [part, link] of this.#links) {
      if (part === this.#here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    // On a phone the links are wider than the window: scroll the marked one into view.
    const { parentElement: bar, offsetLeft } = this.#links.get(this.#here);
    bar.scrollTo({ left: offsetLeft - bar.offsetLeft - 40 });
  }
}
