/** The part "Backpropagation": shows one stage at a time, forward to the loss and back, its equation beside its picture. */

import { element, find, say, sayRaised } from "../ui/dom.js";
import { GuessBox } from "./guess-box.js";
import { StageGuesses } from "./stage-guesses.js";
import { stages } from "./stages.js";
import { Stepper } from "../ui/stepper.js";
import { fill, words } from "../ui/words.js";

export class BackpropView {
  #root;
  #parts = null; // {PICTURES, wires}, once they are loaded
  #loading = null;
  #score;
  #box;
  #guesses = new StageGuesses();
  #stepper = new Stepper();
  #stages = [];
  #chips = [];
  #pictures = [];
  #network = null;
  #backward = null;
  #wanted = null; // the id of a stage that a link names, until there are stages

  /** `changed()` is called when the reader goes to another stage; `score`: a GuessScore. */
  constructor(root, changed, score) {
    this.#root = root;
    this.#score = score;
    this.#box = new GuessBox(find("#stage-guess", root), "#stage-forward");
    score.addEventListener("change", () => this.#paint());
    const on = (id, work) => find(id, root).addEventListener("click", work);
    for (const part of ["stage", "wires"]) {
      on(`#${part}-back`, () => this.#stepper.back());
      on(`#${part}-forward`, () => this.#stepper.forward());
    }
    on("#stage-play", () => this.#stepper.toggle());
    find("#stage-pace", root).addEventListener("change", ({ target }) => (this.#stepper.pace = Number(target.value)));
    this.#stepper.addEventListener("move", () => {
      this.#paint();
      if (this.#box.open && this.#stepper.playing) this.#stepper.pause();
      changed();
    });
    this.#stepper.addEventListener("play", () => this.#playing());
  }

  /** The id of the stage that is shown; null for the first, at which everybody begins. */
  get stage() { return this.#wanted ?? (this.#stepper.index ? this.#stages[this.#stepper.index].id : null); }

  set stage(id) {
    this.#wanted = id;
    if (this.#network) this.#goWhereWanted();
  }

  clear() {
    this.#backward = null;
    this.#stepper.pause();
    this.#root.dataset.empty = "true";
  }

  show(backward) {
    const { network } = backward;
    if (!this.#network || !network.isLike(this.#network)) this.#build(network);
    this.#network = network;
    this.#backward = backward;
    this.#guesses.begin(backward);
    this.#goWhereWanted();
    this.#paint();
  }

  #goWhereWanted() {
    const index = this.#stages.findIndex(({ id }) => id === this.#wanted);
    this.#wanted = null;
    if (index >= 0) this.#stepper.go(index);
  }

  #build(network) {
    this.#backward = null; // it was another network's
    this.#stages = stages(network.depth, network.features);
    this.#pictures = this.#stages.map(() => null);
    this.#chips = this.#stages.map(({ short, title }, index) =>
      element("button", { type: "button", class: "chip", title, onclick: () => this.#stepper.go(index) }, short[0], short[1] ? element("sup", {}, `[${short[1]}]`) : null),
    );
    const turn = this.#stages.findIndex(({ kind }) => kind === "loss"); // up to here forward, from here backward
    find("#stage-chips", this.#root).replaceChildren(...this.#chips.map((chip, index) => element("li", { class: index <= turn ? "onward" : null }, chip)));
    find("#stage", this.#root).dataset.stage = ""; // its picture was of another network
    this.#stepper.reset(this.#stages.length);
  }

  /** The pictures are loaded with the first digit: who only draws does not need them. */
  #load() {
    this.#loading ??= Promise.all([import("./stage-pictures.js"), import("./wires/wires-view.js")]).then(
      ([{ PICTURES }, { WiresView }]) => {
        this.#parts = { PICTURES, wires: new WiresView(find("#wires", this.#root)) };
        this.#paint();
      },
      () => (this.#loading = null), // the server is away: the next digit tries again
    );
  }

  #paint() {
    if (!this.#backward) return;
    if (!this.#parts) return this.#load();
    this.#root.dataset.empty = "false";
    const { index } = this.#stepper;
    const stage = this.#stages[index];
    const panel = find("#stage", this.#root);
    if (panel.dataset.stage !== stage.id) this.#enter(panel, stage, index);
    const question = this.#guesses.open(stage, index, this.#backward, this.#score.on);
    this.#parts.wires.show(this.#backward, this.#stages, index, question !== null);
    if (question) this.#ask(stage, index, question);
    else this.#showNumbers(stage, index);
  }

  /** As long as a question is open, neither the numbers nor the picture are on the page. */
  #ask(stage, index, question) {
    find("#stage-picture", this.#root).replaceChildren();
    this.#read("");
    this.#box.ask(question, (choice) => {
      const told = this.#guesses.close(stage, index, question, choice);
      if (told) this.#score.count(told.right);
      this.#paint();
    });
  }

  #showNumbers(stage, index) {
    this.#pictures[index] ??= new this.#parts.PICTURES[stage.kind]((text) => this.#read(text), stage, this.#backward.network);
    const picture = this.#pictures[index];
    const place = find("#stage-picture", this.#root);
    if (place.firstChild !== picture.node) place.replaceChildren(picture.node);
    this.#box.tell(this.#guesses.told(stage));
    picture.show(this.#backward);
    this.#read(picture.rest);
  }

  #enter(panel, stage, index) {
    panel.dataset.stage = stage.id;
    say(find("#stage-title", panel), `${index + 1}. ${stage.title}`);
    say(find("#wires-stage", this.#root), `${index + 1}. ${stage.title}`);
    say(find("#stage-words", panel), stage.words);
    find("#stage-equation", panel).innerHTML = stage.equation; // a constant of equations.js
    const derived = find("#stage-derived", panel);
    derived.href = `derivation#eq-${stage.derived}`;
    say(derived, fill(words.backprop.equation, { n: stage.derived }));
    this.#chips.forEach((chip, at) => {
      if (at === index) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    });
    for (const part of ["stage", "wires"]) {
      find(`#${part}-back`, this.#root).disabled = this.#stepper.atStart;
      find(`#${part}-forward`, this.#root).disabled = this.#stepper.atEnd;
    }
  }

  #read(text) {
    sayRaised(find("#stage-numbers", this.#root), text);
  }

  #playing() {
    const { playing } = this.#stepper;
    const button = find("#stage-play", this.#root);
    button.setAttribute("aria-pressed", playing);
    say(button, playing ? words.backprop.pause : words.backprop.play);
    find("#stage", this.#root).setAttribute("aria-live", playing ? "off" : "polite");
  }
}
