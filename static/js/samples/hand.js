/** Connects the button beside the reading with the drawings kept. What shows and teaches them is loaded when there are some. */

import { find, say } from "../ui/dom.js";
import { aDigit } from "../ui/format.js";
import { fill, fillCount, words } from "../ui/words.js";
import { doubted } from "../predict/verdict.js";
import { attempt, tell } from "./attempt.js";
import { MeantView } from "./meant-view.js";
import { OwnSamples } from "./own-samples.js";

const said = words.samples;
const OTHER_LABEL = "samples.other_label";
const RETRY = 2000; // milliseconds

export class Hand {
  #study;
  #training;
  #linked;
  #samples = new OwnSamples();
  #section = null; // a promise of the section, once there are samples
  #doubt = false; // the answer on the page may be wrong
  #meant = new MeantView((label) => this.#keep(label), () => this.#undo());

  /** `study`: pad, answer and choice of the network; `training`: the runs; `changed()`: what belongs in the link has. */
  constructor(study, training, changed) {
    this.#study = study;
    this.#training = training;
    this.#linked = changed;
    this.#samples.addEventListener("change", () => this.#changed());
    study.drawing.addEventListener("change", () => this.#drawn());
    study.reader.addEventListener("answer", ({ detail }) => this.#answered(doubted(detail.answer)));
    study.addEventListener("contradicted", () => this.#answered(true));
    study.addEventListener("classes", () => this.#named());
    find("#hand-import").addEventListener("change", ({ target }) => this.#import(target));
  }

  /** Ask for the samples, until the service answers; where it keeps none, nothing of this is on the page. */
  async begin() {
    try {
      find("#hand").hidden = !(await this.#samples.begin());
    } catch (error) {
      if (error.away) setTimeout(() => this.begin(), RETRY);
      else say(find("#hand-say"), error.message);
    }
  }

  /** The lists of networks have changed, and with them perhaps a name that is shown. */
  named() {
    this.#section?.then((section) => section.named());
  }

  /** A network was deleted. */
  removed(id) {
    this.#section?.then((section) => section.removed(id));
  }

  #changed() {
    this.#paintMeant();
    this.#training.form.offerSamples(this.#samples.count > 0);
    if (!this.#samples.count) return;
    this.#section ??= import("./hand-section.js").then(({ HandSection }) => new HandSection(this.#samples, this.#study, this.#training));
    this.#section.catch(() => (this.#section = null)); // the next change loads it again
  }

  async #keep(label) {
    const { drawing, pixels } = this.#study;
    if (!pixels || !(await attempt(this.#training.keyring, () => this.#keepAs(label, pixels, drawing.strokes), "#meant-trouble"))) return;
    this.#study.chooseLabel(label);
    this.#linked();
  }

  /** The refusal of a second label tells programs what to do; readers have a button for it. */
  async #keepAs(label, pixels, strokes) {
    try {
      await this.#samples.keep(pixels, strokes, label);
    } catch (error) {
      const other = error.code === OTHER_LABEL && this.#samples.of(pixels);
      throw other ? new Error(fill(said.otherLabel, { aDigit: aDigit(other.label) })) : error;
    }
  }

  #undo() {
    const sample = this.#samples.of(this.#study.pixels);
    if (sample) attempt(this.#training.keyring, () => this.#samples.remove(sample.id), "#meant-trouble");
  }

  async #import(input) {
    const [file] = input.files;
    if (!file) return;
    let result = null;
    const done = await attempt(this.#training.keyring, async () => (result = await this.#samples.import(file)), "#hand-say");
    input.value = "";
    if (done) tell("#hand-say", fillCount(said.imported, result.added, { n: result.added, known: result.known }), true);
  }

  /** A network of classes that are no digits can neither be corrected nor taught by drawn digits. */
  #named() {
    const { named } = this.#study;
    find("#hand").toggleAttribute("data-named", named);
    find("#hand-named").hidden = !named;
    this.#paintMeant();
  }

  #answered(doubt) {
    this.#doubt = doubt;
    this.#paintMeant();
  }

  /** The drawing changes: what was said of it is over. */
  #drawn() {
    const { drawing } = this.#study;
    say(find("#meant-trouble"), "");
    if (find("#hand-say").dataset.well === "true") tell("#hand-say", "", true);
    if (drawing.drawing && !this.#study.named) this.#meant.show(this.#samples.open ? "quiet" : "off", null);
    else this.#paintMeant();
  }

  #paintMeant() {
    const { drawing, pixels } = this.#study;
    const test = drawing.sample !== null; // one of MNIST's, which no network may learn from
    const state = !this.#samples.open ? "off" : drawing.blank || test || this.#study.named ? "none" : this.#doubt ? "doubt" : "quiet";
    const kept = state === "off" || state === "none" ? null : this.#samples.of(pixels);
    this.#meant.show(state, kept?.label ?? null);
  }
}
