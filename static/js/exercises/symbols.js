/** Names of arrays as readers see them: dW2 with its index lowered; and shapes. */

import { element } from "../ui/dom.js";

/** "dW2" -> an italic dW with a lowered 2. It is read out as it is called in code. */
export function symbol(name) {
  const [, letters, index] = /^(\D+)(\d*)$/.exec(name);
  return element("span", { class: "symbol" }, element("i", {}, letters), index ? element("sub", {}, index) : null);
}

/** (2, 3) -> "2 × 3"; (3,) -> "3". */
export const shapeText = (shape) => shape.join(" × ");
