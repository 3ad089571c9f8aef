/** The steps of an exercise: those given with their formula and numbers, an empty place for each that is left to the reader. */

import { element, find } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { shapesOf } from "./levels.js";
import { numbersOf } from "./matrix-view.js";
import { EQUATIONS, stepsOf } from "./steps.js";
import { shapeText, symbol } from "./symbols.js";
import { said } from "./words.js";

const words = said.steps;

/** `values`: the numbers of the steps that are given; `folded`: they are many, and come on asking. */
export function stepsList(level, values, folded) {
  const shapes = shapesOf(level);
  return element("ol", { class: "steps" }, stepsOf(level).map(({ name, kind }) => step(name, kind, shapes[name], values[name], folded)));
}

function step(name, kind, shape, value, folded) {
  const equation = element("a", { href: `derivation#eq-${EQUATIONS[name]}`, class: "equation-link" }, fill(words.equation, { number: EQUATIONS[name] }));
  if (kind !== "shown") {
    const place = element("span", { class: "empty-place" }, kind === "left" ? words.left : words.asked);
    return element("li", { "data-step": name, "data-kind": kind }, element("p", { class: "step-line" }, symbol(name), element("small", {}, shapeText(shape)), place, equation));
  }
  const numbers = numbersOf(name, shape, value);
  const size = element("small", {}, shapeText(shape));
  if (!folded) return element("li", { "data-step": name, "data-kind": kind }, element("div", { class: "step-line" }, formula(name), size, numbers, equation));
  const details = element("details", {}, element("summary", {}, words.numbers), numbers);
  return element("li", { "data-step": name, "data-kind": kind }, element("p", { class: "step-line" }, formula(name), size, equation), details);
}

/** The page's own formula of a step. */
const formula = (name) => element("span", { class: "step-formula" }, find(`#formula-${name}`).content.firstElementChild.cloneNode(true));
