/** The switch beside the pad: which network reads, and the slider of its ages, which can be played. */

import { ageText } from "./ages.js";
import { BUNDLED } from "./choice.js";
import { element, find, say } from "../ui/dom.js";
import { Stepper } from "../ui/stepper.js";
import { words } from "../ui/words.js";

const said = words.network;
const PACE = 0.9; // seconds an age, while they are played

export class ChoiceView {
  #choice;
  #select = find("#network");
  #slider = find("#age");
  #play = find("#age-play");
  #row = find("#ages");
  #stepper = new Stepper();
  #others = []; // [{id, name, own}] besides the bundled

  constructor(choice) {
    this.#choice = choice;
    this.#stepper.pace = PACE;
    this.#select.addEventListener("change", () => choice.choose(this.#select.value));
    this.#slider.addEventListener("input", () => this.#choose(Number(this.#slider.value)));
    this.#play.addEventListener("click", () => this.#stepper.toggle());
    this.#stepper.addEventListener("move", () => this.#look(this.#stepper.index));
    this.#stepper.addEventListener("play", () => this.#playing());
    for (const name of ["change", "ages"]) choice.addEventListener(name, () => this.#paint());
    this.#paint();
  }

  /** `others`: [{id, name, own, learning}], networks besides the bundled ones; `own`: this reader's; `learning`: a run under way. */
  offer(others) {
    this.#others = others;
    this.#paint();
  }

  /** Show the ages where the reader can see them: in `holder`. */
  moveTo(holder) {
    if (this.#row.parentElement === holder) return;
    const focused = this.#row.contains(document.activeElement) ? document.activeElement : null;
    holder.append(this.#row);
    focused?.focus({ preventScroll: true });
  }

  /** Whether it is a network of the service, and not a run that is still making one. */
  knows(id) {
    return BUNDLED.includes(id) || this.#others.some((other) => other.id === id && !other.learning);
  }

  /** The name of a network by its id. */
  name(id) {
    return said.bundled[id] ?? this.#others.find((other) => other.id === id)?.name ?? id;
  }

  #look(index) {
    if (this.#choice.ages[index]?.step !== this.#choice.step) this.#choose(index);
  }

  #choose(index) {
    const age = this.#choice.ages[index];
    if (age) this.#choice.grow(age.step);
  }

  #paint() {
    this.#offers();
    const { ages, step, base } = this.#choice;
    const index = Math.max(0, ages.findIndex((age) => age.step === step));
    this.#row.hidden = ages.length < 2;
    this.#slider.max = ages.length - 1;
    this.#slider.value = index;
    if (this.#stepper.length !== ages.length) this.#stepper.reset(ages.length, index);
    else if (this.#stepper.index !== index) this.#stepper.go(index);
    const text = ageText(this.#choice.age);
    this.#slider.setAttribute("aria-valuetext", text);
    say(find("#age-say"), text);
    this.#select.value = base;
  }

  /** The options, written anew only if they differ: an open list must not close. */
  #offers() {
    const { base } = this.#choice;
    const known = [...BUNDLED, ...this.#others.map(({ id }) => id)];
    const lists = [
      [null, BUNDLED],
      [said.own, this.#others.filter(({ own }) => own).map(({ id }) => id)],
      [said.others, this.#others.filter(({ own }) => !own).map(({ id }) => id)],
      [null, known.includes(base) ? [] : [base]],
    ].filter(([, ids]) => ids.length);
    const text = JSON.stringify(lists.map(([, ids]) => ids.map((id) => [id, this.name(id)])));
    if (this.#select.dataset.offers === text) return;
    this.#select.dataset.offers = text;
    const option = (id) => element("option", { value: id }, this.name(id));
    this.#select.replaceChildren(...lists.flatMap(([label, ids]) => (label ? element("optgroup", { label }, ids.map(option)) : ids.map(option))));
  }

  #playing() {
    const { playing } = this.#stepper;
    this.#play.setAttribute("aria-pressed", playing);
    this.#play.setAttribute("aria-label", playing ? said.pause : said.play);
    say(this.#play, playing ? "❚❚" : "▶");
  }
}
