/** Where gradients are handed in: fields in the shape of each that is asked for, a file, the convention. Emits "answer" with what to check. */

import { element, find, say } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { copyable } from "./given-view.js";
import { GridView } from "./grid-view.js";
import { said } from "./words.js";

const words = said.answer;

export class AnswerView extends EventTarget {
  node;
  #grids;
  #say = element("p", { id: "answer-say", class: "notice", role: "alert" });
  #check = element("button", { type: "submit", class: "primary", id: "check" }, words.check);
  #file;
  #command = element("div");

  /** `asked`: {name: shape}; `typed`: whether numbers are typed; `examples`: of a single one the mean is the sum. `draft` is kept up to date, and `result`, a node, stands right below the button. */
  constructor({ place, asked, typed, examples, draft, result }) {
    super();
    this.#grids = typed ? Object.entries(asked).map(([name, shape]) => new GridView(name, shape, draft)) : [];
    this.#file = fileField((file) => this.#send({ file }));
    this.node = element("form", { id: "answer", novalidate: true },
      typed ? element("p", { class: "hint" }, words.about) : null,
      element("div", { class: "grids" }, this.#grids.map(({ node }) => node)),
      examples > 1 ? conventionField(draft) : null,
      typed ? [element("p", { class: "buttons" }, this.#check), this.#say, result] : [],
      element("p", { class: "hint" }, typed ? words.orFile : words.onlyFile),
      element("p", { class: "buttons" }, this.#file),
      typed ? [] : [this.#say, result],
      element("div", { class: "own-machine" }, element("p", { class: "hint" }, words.ownMachine), this.#command));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#read();
    });
    this.node.addEventListener("change", ({ target }) => {
      if (target.name !== "convention") return;
      draft.convention = target.value;
      this.#tellCommand(place);
    });
    this.#tellCommand(place);
  }

  get convention() {
    return find("[name=convention]:checked", this.node)?.value ?? "mean";
  }

  #tellCommand(place) {
    const { check, summed } = said.code;
    this.#command.replaceChildren(copyable(fill(this.convention === "sum" ? `${check} ${summed}` : check, place)));
  }

  busy(is) {
    say(this.#check, is ? words.checking : words.check);
    this.node.setAttribute("aria-busy", is);
    this.#check.setAttribute("aria-disabled", is);
  }

  /** Mark the fields that are wrong, where the service says which: `arrays` of its answer. */
  mark(arrays) {
    for (const grid of this.#grids) grid.mark(arrays[grid.name]?.entries ?? []);
  }

  /** Say what the service refused: beside the gradient that it names, else beside the button. */
  refuse(error) {
    const texts = [...error.errors.map(({ field, message }) => [field, message]), [error.message.split(":")[0], error.message]];
    const [grid, message] = texts.map(([name, text]) => [this.#grids.find((each) => each.name === name), text]).find(([each]) => each) ?? [];
    if (grid) grid.complain(message);
    else say(this.#say, error.message);
  }

  #read() {
    say(this.#say, "");
    const read = this.#grids.map((grid) => [grid, grid.read()]);
    const wrong = read.find(([, found]) => found?.problem);
    if (wrong) return wrong[0].goTo(wrong[1].at);
    const gradients = Object.fromEntries(read.filter(([, found]) => found).map(([{ name }, { value }]) => [name, value]));
    if (Object.keys(gradients).length === 0) return say(this.#say, words.nothing);
    this.#send({ gradients });
  }

  #send(what) {
    if (this.node.getAttribute("aria-busy") === "true") return;
    say(this.#say, "");
    this.dispatchEvent(new CustomEvent("answer", { detail: { ...what, convention: this.convention } }));
  }
}

function conventionField(draft) {
  const choice = (value) => {
    const input = element("input", { type: "radio", name: "convention", value, checked: value === (draft.convention ?? "mean") });
    return element("label", {}, input, words[value]);
  };
  return element("fieldset", { class: "convention" }, element("legend", {}, words.convention), choice("mean"), choice("sum"));
}

function fileField(send) {
  const takes = find("[data-takes]").dataset.takes; // the service wrote into the page which files it takes
  const input = element("input", { type: "file", accept: takes, class: "visually-hidden", id: "answer-file" });
  input.addEventListener("change", () => {
    const [file] = input.files;
    input.value = ""; // the same file, changed, can be chosen again
    if (file) send(file);
  });
  return element("label", { class: "button", for: "answer-file" }, input, fill(words.file, { takes: takes.replaceAll(",", ", ") }));
}
