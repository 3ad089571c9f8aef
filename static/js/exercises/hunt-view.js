/** Find the planted bug: gradients as tables of buttons, each a central difference to be spent; then the name of the mistake. */

import * as api from "../service/api.js";
import { element, say } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill, fillCount } from "../ui/words.js";
import { another, idOf } from "./address.js";
import { HuntGrid } from "./hunt-grid.js";
import { BUDGET, Hunt } from "./hunt.js";
import { mistakeSelect } from "./mistake-select.js";
import { bugScore } from "./progress.js";
import { listed, said } from "./words.js";

const words = said.bug;
const LEVEL = 4; // small enough to be looked over, large enough for every mistake to show
const ARRAYS = ["W2", "b2", "W1", "b1"];

/** Emits "another" with a seed and "found" with {exercise, cost}. */
export class HuntView extends EventTarget {
  #holder;
  #seed = null;
  #hunt = null;
  #names = null; // what the service calls each mistake
  #hints = null; // and what it says of it
  #say = element("p", { id: "hunt-say", class: "readout", role: "status" });
  #left = element("p", { id: "hunt-left" });
  #verdict = element("p", { id: "hunt-verdict", role: "status" });
  #lesson = element("div", { id: "hunt-lesson" });
  #score = element("p", { class: "hint", id: "hunt-score" });

  constructor(holder) {
    super();
    this.#holder = holder;
  }

  async show(seed) {
    this.#seed = seed;
    this.#holder.replaceChildren(element("p", { class: "hint", role: "status" }, words.loading));
    try {
      const [task, { items }] = await Promise.all([api.exercise({ level: LEVEL, seed, planted: true }), api.mistakes()]);
      if (seed !== this.#seed) return;
      this.#hunt = new Hunt(task);
      this.#names = new Map(items.map((each) => [each.number, each.name]));
      this.#hints = new Map(items.map((each) => [each.number, each.hint]));
      this.#build();
    } catch (error) {
      if (seed === this.#seed) this.#failed(error);
    }
  }

  score(progress) {
    const { found, fewest } = bugScore(progress);
    say(this.#score, found ? fillCount(words.score, fewest, { found, fewest }) : "");
  }

  #failed(error) {
    const retry = element("button", { type: "button", onclick: () => this.show(this.#seed) }, said.task.retry);
    this.#holder.replaceChildren(element("p", { class: "notice", role: "alert" }, error.message), element("p", { class: "buttons" }, retry));
  }

  #build() {
    const id = idOf({ level: LEVEL, seed: this.#seed });
    const next = () => this.dispatchEvent(new CustomEvent("another", { detail: another(this.#seed) }));
    const grids = ARRAYS.map((array) => new HuntGrid(array, this.#hunt, (entry) => this.#measure(entry)));
    this.#holder.dataset.left = this.#hunt.left;
    say(this.#say, words.start);
    say(this.#verdict, "");
    this.#lesson.replaceChildren();
    this.#countLeft();
    this.#holder.replaceChildren(
      element("p", { class: "buttons" }, element("span", { class: "exercise-id" }, fill(words.id, { id })), element("button", { type: "button", id: "another-bug", onclick: next }, words.another), this.#file(id)),
      element("div", { class: "hunt-bar" }, this.#left, this.#say),
      element("div", { class: "matrices" }, grids.map(({ node }) => node)),
      this.#guess(),
      this.#verdict,
      this.#lesson,
      this.#score,
    );
  }

  /** The exercise with its planted gradients, to look for the mistake in NumPy. */
  #file(id) {
    const href = `exercise?${new URLSearchParams({ level: LEVEL, seed: this.#seed, planted: true })}`;
    return element("a", { class: "button", href, download: `exercise-${id}-planted.npz` }, fill(words.download, { id }));
  }

  #measure(entry) {
    const found = this.#hunt.measure(entry);
    if (!found) {
      say(this.#say, words.spent);
      return null;
    }
    const { planted, measured, agrees } = found;
    const ratio = Math.abs(measured) < 1e-12 ? words.noRatio : fill(words.ratio, { ratio: number(planted / measured) });
    const values = { name: entry.name, planted: number(planted, 4), measured: number(measured, 4), ratio };
    say(this.#say, fill(agrees ? words.agrees : words.differs, values));
    this.#countLeft();
    return found;
  }

  #countLeft() {
    this.#holder.dataset.left = this.#hunt.left;
    say(this.#left, fillCount(words.left, this.#hunt.left, { n: this.#hunt.left }));
  }

  #guess() {
    const select = mistakeSelect("hunt-guess", this.#names);
    const form = element("form", { class: "buttons" }, element("label", { for: select.id }, words.guess), select, element("button", { type: "submit" }, words.judge));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#judge(Number(select.value));
    });
    return form;
  }

  /** The service diagnoses the planted gradients; the guess is right if it is among what explains them. */
  async #judge(row) {
    if (!row) return say(this.#verdict, words.pickFirst);
    const hunt = this.#hunt;
    let answer;
    try {
      answer = await api.checkGradients(hunt.exercise, hunt.gradients);
    } catch (error) {
      return say(this.#verdict, error.message);
    }
    if (hunt !== this.#hunt) return;
    const right = hunt.guess(row, answer.explanations);
    this.#verdict.dataset.right = right;
    if (!right) return say(this.#verdict, fillCount(words.wrong, hunt.wrongGuesses, { n: hunt.wrongGuesses }));
    const others = [...new Set(answer.explanations.flat())].filter((each) => each !== row).map((each) => this.#names.get(each));
    const wrong = fillCount(words.wrongNames, hunt.wrongGuesses, { n: hunt.wrongGuesses });
    const found = fill(words.found, { name: this.#names.get(row), differences: hunt.measured.size, budget: BUDGET, wrong });
    say(this.#verdict, others.length ? `${found} ${fill(words.several, { names: others.join("; ") })}` : found);
    this.#lesson.replaceChildren(...lesson(row, answer, this.#hints.get(row)).map((text) => element("p", {}, text)));
    this.dispatchEvent(new CustomEvent("found", { detail: { exercise: hunt.exercise, cost: hunt.cost } }));
  }
}

/** Where a mistake shows, what shows it, and what is right. */
function lesson(row, { arrays, mistakes }, hint) {
  const names = Object.keys(arrays);
  const right = names.filter((name) => arrays[name].verdict === "right");
  const wrong = names.filter((name) => !right.includes(name));
  const where = fill(right.length ? words.where : words.everywhere, { wrong: listed(wrong), right: listed(right) });
  const evidence = mistakes.find(({ number: found }) => found === row)?.evidence;
  return [where, evidence, hint].filter(Boolean);
}
