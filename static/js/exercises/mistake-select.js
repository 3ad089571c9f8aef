/** A list of the mistakes by name, in their groups. */

import { element } from "../ui/dom.js";
import { said } from "./words.js";

const { groups, choose } = said.mistakes;

/** `names`: a Map of what the service calls each mistake, by its number. */
export function mistakeSelect(id, names) {
  const starts = Object.keys(groups).map(Number);
  const inGroup = (start, at) => [...names].filter(([row]) => row >= start && row < (starts[at + 1] ?? Infinity));
  const options = starts.map((start, at) => element("optgroup", { label: groups[start] }, inGroup(start, at).map(([row, name]) => element("option", { value: row }, name))));
  return element("select", { id }, element("option", { value: "" }, choose), options);
}
