/** The ten exercises as a list, each with what the learner made of it. */

import { element, findAll } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { formatAddress } from "./address.js";
import { LEVELS } from "./levels.js";
import { stateOf } from "./progress.js";
import { said } from "./words.js";

const SIGNS = { right: "✓", tried: "…", open: "" };

export class ListView {
  #list;

  /** `list`: an <ol>. Its links change the address; whoever opens the page is told by that. */
  constructor(list) {
    this.#list = list;
    list.replaceChildren(...LEVELS.map(({ layers, examples }, at) => {
      const level = at + 1;
      const size = `${layers.join(" – ")}, ${examples === 1 ? said.list.batchOfOne : fill(said.list.batch, { n: examples })}`;
      const link = element("a", { "data-level": level, class: "level" },
        element("span", { class: "level-number", "aria-hidden": "true" }),
        element("span", { class: "level-words" }, element("span", { class: "level-title" }, said.levels[level].title), element("small", {}, size), element("span", { class: "visually-hidden level-state" })));
      return element("li", {}, link);
    }));
  }

  show(place, progress) {
    for (const link of findAll("[data-level]", this.#list)) {
      const level = Number(link.dataset.level);
      const state = stateOf(progress, level);
      link.href = formatAddress({ ...place, level, seed: level === place.level ? place.seed : 1 });
      link.dataset.state = state;
      link.toggleAttribute("aria-current", false);
      if (level === place.level) link.setAttribute("aria-current", "step");
      link.querySelector(".level-number").textContent = SIGNS[state] || String(level);
      link.querySelector(".level-state").textContent = `, ${said.list[state]}`;
    }
  }
}
