/** What an exercise starts from: its numbers in tables if they are few, and a file and a start in NumPy. */

import { element, say } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { idOf } from "./address.js";
import { hasStart, levelOf, shapesOf } from "./levels.js";
import { numbersOf } from "./matrix-view.js";
import { listed, said } from "./words.js";

const words = said.task;
const ARRAYS = ["X", "y", "W1", "b1", "W2", "b2"];

export function givenNumbers(level, arrays) {
  const shapes = shapesOf(level);
  const tables = ARRAYS.map((name) => numbersOf(name, shapes[name], arrays[name]));
  const label = arrays.y.length === 1 ? fill(words.label, { label: arrays.y[0] }) : words.labels;
  return [element("div", { class: "matrices" }, tables), element("p", { class: "hint" }, label)];
}

/** A file and a start in NumPy; `folded`: they come on asking. */
export function givenFile(place, folded) {
  const id = idOf(place);
  const path = `exercise?${new URLSearchParams({ level: place.level, seed: place.seed })}`;
  const link = element("a", { class: "button", href: path, download: `exercise-${id}.npz` }, fill(words.download, { id }));
  const file = [element("p", { class: "buttons" }, link), element("p", { class: "hint" }, words.inFile)];
  if (!hasStart(place.level)) return file;
  const { open, targets, close } = said.code;
  const { asked, shown } = levelOf(place.level);
  const start = [...open, ...(shown.includes("Y") ? targets : []), ...close];
  const saved = asked.map((name) => `${name}=${name}`).join(", ");
  const code = copyable(fill(start.join("\n"), { id, gradients: listed(asked), saved }));
  if (folded) return [element("details", { class: "template" }, element("summary", {}, words.inNumpy), file, code)];
  return [...file, element("details", { class: "template" }, element("summary", {}, words.template), code)];
}

/** Code with a button that copies it. */
export function copyable(code) {
  const button = element("button", { type: "button", class: "copy" }, words.copy);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code);
      say(button, words.copied);
    } catch {
      getSelection().selectAllChildren(pre); // no leave to copy: it is selected, and the reader copies it
    }
  });
  const pre = element("pre", { tabindex: 0 }, element("code", {}, code));
  return element("div", { class: "copyable" }, pre, button);
}
