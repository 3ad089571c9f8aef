/** One exercise: its task, the steps of both passes, its numbers, and fields for what it asks for. */

import { exercisePath } from "../service/api.js";
import { element, find, say } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { fields, numbers } from "./tables.js";
import { shapeOf } from "./typed.js";
import { said } from "./words.js";

const STEPS = ["Z1", "H", "Z2", "P", "D2", "dW2", "db2", "D1", "dW1", "db1"];
const MOST_SHOWN = 150; // numbers of one array; larger ones are in the file
const TYPED = 4; // the last level whose gradients may be typed

export function exerciseView(sheet) {
  const { level, seed, exercise: id, layers, asked, arrays, shown } = sheet;
  const [inputs, hidden, classes] = layers;
  const words = said.levels[level - 1];
  say(find("#exercise-title"), fill(said.level, { level, title: words.title }));
  say(find("#exercise-task"), words.task);
  say(find("#exercise-sizes"), fill(said.sizes, { inputs, hidden, classes, examples: arrays.X.length, id }));
  find("#download").href = exercisePath(level, seed);
  find("#steps").replaceChildren(...STEPS.map((name) => step(name, shown, asked)));
  const given = { ...arrays, ...shown };
  const small = Object.entries(given).filter(([, values]) => values.length * (values[0].length ?? 1) <= MOST_SHOWN);
  find("#tables").replaceChildren(...small.map(([name, values]) => numbers(name, values)));
  find("#fields").replaceChildren(...(level <= TYPED ? asked.map((array) => fields(array, shapeOf(array, layers))) : []));
  say(find("#code"), fill(said.code, { id, shapeX: `(${arrays.X.length}, ${inputs})` }));
  find("#code-part").open = level > TYPED;
}

function step(name, shown, asked) {
  const kind = asked.includes(name) ? "asked" : name in shown ? "given" : "yours";
  return element("li", { "data-step": kind }, said.names[name], " ", element("span", {}, said.steps[kind]));
}
