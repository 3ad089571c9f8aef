/** The ten levels as a list to choose from, each with what the learner has done there. */

import { element } from "../ui/dom.js";
import { LEVELS, stateOf } from "./progress.js";
import { said } from "./words.js";

/** `choose(level)` is called for the level that was pressed. */
export function levelsView(list, { level: current, progress }, choose) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.level : null;
  const buttons = Array.from({ length: LEVELS }, (_, index) => {
    const [level, state] = [index + 1, stateOf(progress, index + 1)];
    const parts = [element("span", { class: "nr" }, String(level)), element("span", {}, said.levels[index].title), element("span", { class: "state" }, said.state[state])];
    return element("button", { type: "button", "data-level": level, "data-state": state, "aria-current": level === current ? "true" : null, onclick: () => choose(level) }, parts);
  });
  list.replaceChildren(...buttons.map((button) => element("li", {}, button)));
  if (focused) buttons[focused - 1].focus({ preventScroll: true });
}
