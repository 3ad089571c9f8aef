/** One exercise: its network, its numbers, its steps, the place for an answer, and what was found in it. */

import * as api from "../service/api.js";
import { element } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { another, idOf } from "./address.js";
import { AnswerView } from "./answer-view.js";
import { givenFile, givenNumbers } from "./given-view.js";
import { Drafts } from "./kept-drafts.js";
import { isSmall, LEVELS, levelOf, shapesOf } from "./levels.js";
import { networkPicture } from "./network-picture.js";
import { ResultView } from "./result-view.js";
import { stepsList } from "./steps-view.js";
import { said } from "./words.js";

const words = said.task;

/** Emits "go" with {level, seed} and "checked" with {level, exercise, right}. */
export class TaskView extends EventTarget {
  #holder;
  #place = null;
  #drafts = new Drafts();
  #edits = 0; // an answer that comes after one more is about other numbers

  constructor(holder) {
    super();
    this.#holder = holder;
  }

  async show(place) {
    const id = idOf(place);
    if (this.#holder.dataset.exercise === id) return;
    this.#place = place;
    this.#holder.dataset.exercise = id;
    const body = element("div", {}, element("p", { class: "hint", role: "status" }, words.loading));
    this.#holder.replaceChildren(...this.#head(place, id), body);
    try {
      const level = levelOf(place.level);
      const task = level.shown.length ? await api.exercise(place) : { shown: {} }; // else there is nothing to show
      if (this.#place === place) body.replaceChildren(...this.#body(place, level, task));
    } catch (error) {
      if (this.#place === place) body.replaceChildren(...this.#failed(place, error));
    }
  }

  #head(place, id) {
    const { title, about } = said.levels[place.level];
    const go = () => this.#go({ level: place.level, seed: another(place.seed) });
    return [
      element("h2", { id: "task-title", tabindex: -1 }, fill(words.title, { level: place.level, title })),
      element("div", { class: "task-head" },
        element("div", {},
          element("p", { class: "about" }, about),
          element("p", { class: "buttons" }, element("span", { class: "exercise-id" }, fill(words.id, { id })), element("button", { type: "button", id: "another", onclick: go }, words.another))),
        networkPicture(levelOf(place.level).layers)),
    ];
  }

  #failed(place, error) {
    const retry = () => {
      delete this.#holder.dataset.exercise;
      this.show({ ...place });
    };
    return [element("p", { class: "notice", role: "alert" }, error.message), element("p", { class: "buttons" }, element("button", { type: "button", onclick: retry }, words.retry))];
  }

  #body(place, level, task) {
    const small = isSmall(place.level);
    const shapes = shapesOf(level);
    const asked = Object.fromEntries(level.asked.map((name) => [name, shapes[name]]));
    const id = idOf(place);
    const result = new ResultView();
    const answer = new AnswerView({ place, asked, typed: small, examples: level.examples, draft: this.#drafts.of(id), result: result.node });
    for (const name of ["input", "change"]) answer.node.addEventListener(name, () => this.#drafts.keep(id));
    answer.node.addEventListener("input", () => {
      this.#edits += 1;
      result.age();
    });
    answer.addEventListener("answer", ({ detail }) => this.#check(place, level, answer, result, detail));
    return [
      element("h3", {}, words.given),
      ...(small ? givenNumbers(level, task.arrays) : []),
      ...givenFile(place, small),
      element("h3", {}, words.steps),
      stepsList(level, task.shown, !small),
      element("h3", { id: "yours" }, words.yours),
      answer.node,
    ];
  }

  async #check(place, level, answer, result, { gradients, file, convention }) {
    const exercise = idOf(place);
    const edits = this.#edits;
    answer.busy(true);
    try {
      const found = await (file ? api.checkFile(file, exercise, convention) : api.checkGradients(exercise, gradients, convention));
      const next = place.level < LEVELS.length ? { level: place.level + 1, open: () => this.#go({ level: place.level + 1, seed: 1 }) } : null;
      result.show(found, { asked: level.asked, file: file?.name, next });
      if (edits !== this.#edits) result.age();
      if (gradients) answer.mark(found.arrays);
      this.dispatchEvent(new CustomEvent("checked", { detail: { level: place.level, exercise, right: found.right } }));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      result.clear();
      answer.refuse(error);
    } finally {
      answer.busy(false);
    }
  }

  #go(detail) {
    this.dispatchEvent(new CustomEvent("go", { detail }));
  }
}
