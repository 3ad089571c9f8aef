/** Shows a model's mistakes: the confusion matrix and a gallery of the worst, or of those in a cell; each can be put on the pad. */

import { evaluation } from "../service/api.js";
import { ALL, describe, inside, keyOf, nameOf, readRight } from "./confusion.js";
import { ConfusionTable } from "./confusion-table.js";
import { element, find, handOn, say } from "../ui/dom.js";
import { accuracy, count, number, percent } from "../ui/format.js";
import { paintGrey } from "../ui/paint-grey.js";
import { fill, words } from "../ui/words.js";

const SHOWN = 24; // digits at first,
const MORE = 60; // and with each press of a button,
const MOST = 200; // up to what the service shows

export class MistakesView {
  #root;
  #open;
  #table;
  #model = null; // {id, name}
  #tabled = null; // the id of the model whose matrix is shown
  #pick = ALL; // what of the matrix
  #own = null; // for a data set of one's own: {names}, those of its classes
  #asked = null; // the last question: older answers are of no use

  /** `open(index, model, pixels)` puts a test digit on the pad, to be read by the model whose mistake it is; pixels: one of no index. */
  constructor(root, open) {
    this.#root = root;
    this.#open = open;
    this.#table = new ConfusionTable(find("#confusion", root), (pick) => this.#choose(pick));
    find("#mistakes-all", root).addEventListener("click", () => this.#choose(ALL));
    find("#mistakes-more", root).addEventListener("click", () => this.#more());
  }

  show(id, name) {
    this.#model = { id, name };
    this.#tabled = null;
    this.#root.hidden = false;
    this.#say("#mistakes-say", fill(words.mistakes.trying, { name }));
    return this.#ask(ALL, SHOWN);
  }

  /** Choose a pick; choosing it again clears it. */
  #choose(pick) {
    return this.#ask(keyOf(pick) === keyOf(this.#pick) ? ALL : pick, SHOWN);
  }

  async #more() {
    const shown = find("#mistakes", this.#root).children.length;
    await this.#ask(this.#pick, Math.min(shown + MORE, MOST));
    find(`#mistakes li:nth-child(${shown + 1}) button`, this.#root)?.focus(); // the button may be gone
  }

  async #ask(pick, worst) {
    const asked = (this.#asked = {});
    try {
      const result = await evaluation(this.#model.id, { worst, ...pick });
      if (this.#asked !== asked) return;
      if (this.#tabled !== result.model) this.#examined(result);
      this.#pick = pick;
      this.#table.mark(pick);
      this.#gallery(result.mistakes, inside(result.confusion, pick));
    } catch (error) {
      if (this.#asked === asked) this.#say("#mistakes-say", error.message);
    }
  }

  #examined({ model, examples, accuracy: share, loss, confusion, classes, dataset }) {
    const result = {
      name: this.#model.name,
      right: count(Math.round(share * examples)),
      examples: count(examples),
      accuracy: accuracy(share),
      loss: number(loss ?? NaN),
    };
    this.#own = dataset === null ? null : { names: classes };
    this.#say("#mistakes-say", fill(classes.length ? words.mistakes.resultOfThings : words.mistakes.result, result));
    this.#table.show(confusion, classes);
    this.#tabled = model;
  }

  /** `all`: the number of mistakes, of which `mistakes` are shown. */
  #gallery(mistakes, all) {
    this.#say("#mistakes-title", this.#title(mistakes.length, all));
    find("#mistakes", this.#root).replaceChildren(...mistakes.map((mistake) => this.#mistake(mistake)));
    const back = find("#mistakes-all", this.#root);
    if (this.#pick === ALL) handOn(back, find("#confusion [tabindex='0']", this.#root));
    back.hidden = this.#pick === ALL;
    find("#mistakes-more", this.#root).hidden = mistakes.length >= Math.min(all, MOST);
  }

  #title(shown, all) {
    const { worstOf, worstFirst, leastSureOf, leastSureFirst } = words.mistakes;
    const [some, each] = readRight(this.#pick) ? [leastSureOf, leastSureFirst] : [worstOf, worstFirst];
    const pick = describe(this.#pick, all, this.#own?.names);
    if (shown < all) return fill(some, { pick, n: shown });
    return all > 1 ? fill(each, { pick }) : pick;
  }

  #say(selector, text) {
    say(find(selector, this.#root), text);
  }

  #mistake({ index, label, digit, confidence, pixels }) {
    const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
    paintGrey(canvas, pixels);
    const { one, oneRight } = words.mistakes;
    const shown = (at) => nameOf(at, this.#own?.names);
    const text = fill(label === digit ? oneRight : one, { label: shown(label), digit: shown(digit), chance: percent(confidence) });
    const button = element("button", { type: "button", class: "mistake", title: words.mistakes.putOnPad, onclick: () => this.#open(index, this.#tabled, this.#own && pixels) }, canvas, element("span", {}, text));
    return element("li", {}, button);
  }
}
