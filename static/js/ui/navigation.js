/** Navigation between the parts of the page: links scroll to them, Back returns, and the link of the part in view is marked. */

import { find, findAll, onceAFrame } from "./dom.js";

const PARTS = ["draw", "inside", "learn", "train"];
const LINE = 0.4; // of the window's height: the part that crosses it is the one being read

const NEAR = 4; // pixels
const HOLD = 2500; // milliseconds: a figure fills within a second
const placeOf = (node) => node.getBoundingClientRect().top + scrollY;

export class Navigation {
  #here = "draw";
  #leaving;
  #scrolling = false;
  #holding = null;
  #goal = null; // {node, place}: what is being scrolled to, and where on the page it was
  #links = new Map(PARTS.map((part) => [part, find(`nav a[href="#${part}"]`)]));

  /** `moved(part)` is called when another part comes into view; `leaving()` before a new step of the history. */
  constructor(moved, leaving) {
    this.#leaving = leaving;
    for (const link of findAll('a[href^="#"]')) this.#on(link, link.getAttribute("href").slice(1));
    this.#on(find(".brand"), "draw");
    new ResizeObserver(() => this.#follow()).observe(document.body);
    addEventListener("scrollend", () => this.#rest());
    addEventListener("scroll", () => (this.#scrolling = "onscrollend" in window), { passive: true });
    for (const name of ["wheel", "pointerdown", "keydown"]) addEventListener(name, () => (this.#goal = null), { passive: true });
    addEventListener("scroll", onceAFrame(() => this.#look(moved)), { passive: true });
    this.#mark();
  }

  /** A step of its own in the tab's history, whose place in the page the browser remembers. */
  #on(link, id) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // another tab or window
      event.preventDefault();
      this.#leaving();
      history.pushState({ view: id }, "", location.href);
      this.go(id);
    });
  }

  /** Scrolls to an element and focuses it. For the drawing part it scrolls to the very top. */
  go(id, behavior = "auto") {
    const target = find(`#${CSS.escape(id)}`);
    if (!target) return;
    this.#aim(id === "draw" ? null : target);
    if (id === "draw") scrollTo({ top: 0, behavior });
    else target.scrollIntoView({ block: "start", behavior });
    if (!target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  /** For a while this is where the reader wants to be, whatever fills above it, unless a hand scrolls. */
  #aim(node) {
    this.#goal = node && { node, place: placeOf(node) };
    clearTimeout(this.#holding);
    this.#holding = setTimeout(() => (this.#goal = null), HOLD);
  }

  /** A figure above was filled and has pushed the goal away: go there again, once the scroll that is under way has ended. */
  #follow() {
    if (this.#scrolling || !this.#pushed()) return;
    const { node } = this.#goal;
    node.scrollIntoView({ block: "start", behavior: "instant" });
    this.#goal.place = placeOf(node);
  }

  #pushed() {
    return this.#goal !== null && Math.abs(placeOf(this.#goal.node) - this.#goal.place) > NEAR;
  }

  #rest() {
    this.#scrolling = false;
    this.#follow();
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
