/** The parts of the page: links scroll to them, the one in view is marked, and the address knows it. */

import { find, findAll } from "./dom.js";

const PARTS = ["draw", "inside", "learn", "train"];

export class Navigation {
  #here = "draw";

  /** `moved(part)`: told when another part comes into view. */
  constructor(moved) {
    const links = new Map(PARTS.map((part) => [part, find(`nav a[href="#${part}"]`)]));
    for (const link of findAll('a[href^="#"]')) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.go(link.getAttribute("href").slice(1));
      });
    }
    const observer = new IntersectionObserver(
      (entries) => {
        const entered = entries.filter(({ isIntersecting }) => isIntersecting).at(-1)?.target.id;
        if (!entered || entered === this.#here) return;
        this.#here = entered;
        this.#mark(links);
        moved(entered);
      },
      { rootMargin: "-40% 0px -59% 0px" }, // a line across the window, a little above its middle
    );
    PARTS.forEach((part) => observer.observe(find(`#${part}`)));
    this.#mark(links);
  }

  go(id, behavior = "auto") {
    const target = find(`#${CSS.escape(id)}`);
    if (!target) return;
    target.scrollIntoView({ behavior, block: "start" });
    if (target.tabIndex < 0 && !target.hasAttribute("tabindex")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
  }

  #mark(links) {
    for (const [part, link] of links) {
      if (part === this.#here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}
