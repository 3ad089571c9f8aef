/** Connects the first three parts of the page: pad -> network and age -> answer -> look inside -> backward pass. */

import { ageToLearn, ageName } from "./network/ages.js";
import { AnswerView } from "./predict/answer-view.js";
import { BackpropView } from "./backprop/backprop-view.js";
import { showCheck } from "./backprop/check-badge.js";
import { NetworkChoice, USUAL } from "./network/choice.js";
import { ChoiceView } from "./network/choice-view.js";
import { Drawing } from "./draw/drawing.js";
import { find, findAll, say, whenNear } from "./ui/dom.js";
import { aDigit } from "./ui/format.js";
import { GuessScore } from "./backprop/guess-score.js";
import { showScore } from "./backprop/guess-switch.js";
import { InsideView } from "./network/inside-view.js";
import { LabelsView } from "./backprop/labels-view.js";
import { Lesson } from "./backprop/lesson.js";
import { loadNetwork } from "./network/network.js";
import { Opinions } from "./predict/opinions.js";
import { PadView } from "./draw/pad-view.js";
import { Pixels } from "./draw/pixels.js";
import { Reader } from "./predict/reader.js";
import { getModel, snapshots } from "./service/api.js";
import { testDigit } from "./draw/samples.js";
import { StepView } from "./backprop/step-view.js";
import { Trace } from "./network/trace.js";
import { fill, words } from "./ui/words.js";

const SETTLED = 0.01; // nats: below, the gradients are too small to see anything move
const REST = 250; // milliseconds: who scrolls past the backward pass does not read it
const BEST = "pretrained"; // the network that reads best: whose reading stands in for one that is not there yet

function truth(label, { digit, uncertain }) {
  const { wrong, doubtful, right } = words.predict;
  return fill(label !== digit ? wrong : uncertain ? doubtful : right, { aDigit: aDigit(label) });
}

export class Study extends EventTarget {
  drawing = new Drawing();
  lesson = new Lesson();
  choice = new NetworkChoice(async (base) => (await snapshots(base)).items);
  #pixels = new Pixels();
  #opinions = new Opinions();
  #answer = new AnswerView();
  #inside = new InsideView(find("#inside"));
  #labels;
  #last = null; // {answer, pixels}: the last answer
  #part = "draw"; // the part of the page that is read
  #learnSeen = false; // any of the backward pass is in the window
  #resting = null;
  #drawn = false; // the last change was one of the drawing, not of the network
  named = false; // the network reads classes that are no digits
  #note = ""; // what is to be said of the next choice of a network

  /** `tell(text)` shows a short message; `changed()` is called when the page's link would change. Emits "classes": `named` has changed; "shown" {answer, pixels, network}, "contradicted" {answer}: the other bundled network reads another digit. */
  constructor(tell, changed) {
    super();
    this.reader = new Reader(this.drawing, (drawing) => this.#pixels.of(drawing));
    this.reader.model = this.choice.id;
    this.networks = new ChoiceView(this.choice);
    this.pad = new PadView(this.drawing, tell);
    const score = new GuessScore();
    showScore(score);
    this.backprop = new BackpropView(find("#learn"), changed, score);
    this.step = new StepView(find("#step"), changed, score);
    this.#labels = new LabelsView(find("#labels"), (label) => {
      this.lesson.choose(label);
      if (this.lesson.contrary) this.choice.lend(undefined); // the finished network has enough to learn from that
      changed();
    });
    this.#choices(changed);
    this.#answers();
    this.#lessons();
    this.drawing.addEventListener("change", () => (this.#drawn = true));
    this.drawing.addEventListener("settle", changed);
    this.#answer.blank();
  }

  /** The drawing as it is read: Uint8Array(784), or null. */
  get pixels() {
    return this.drawing.blank ? null : this.#pixels.of(this.drawing);
  }

  /** Resolves when all figures show the drawing, so that the page has its final height. */
  get filled() {
    if (this.drawing.blank) return Promise.resolve();
    return new Promise((resolve) => document.addEventListener("filled", resolve, { once: true }));
  }

  chooseLabel(label) {
    this.lesson.choose(label);
    this.#labels.show(label);
  }

  /** Another part of the page is in view; it is read once the window has come to rest there. */
  enter(part) {
    this.#part = part;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#lend(), REST);
  }

  #choices(changed) {
    const { choice, reader } = this;
    choice.addEventListener("change", () => {
      say(find("#network-say"), this.#note);
      this.#note = "";
      this.#drawn = false;
      reader.model = choice.id;
      reader.read();
      if (this.drawing.blank) this.#describe(); // else the answer does
      changed();
    });
    choice.addEventListener("ages", () => this.#lend());
    find("#learn-younger").addEventListener("click", () => this.#younger());
  }

  /** Before the first stroke the page's words are about the chosen network, too. */
  async #describe() {
    const { id } = this.choice;
    try {
      const { features, classes } = await getModel(id);
      if (id !== this.choice.id) return;
      this.#about(features);
      this.#classes(classes);
    } catch (error) {
      if (id === this.choice.id) this.#trouble(error);
    }
  }

  #about(features) {
    for (const node of findAll("[data-features]")) node.hidden = node.dataset.features !== features;
  }

  /** `names`: of the classes that the network reads, or of one, where they are no digits. */
  #classes(names) {
    const named = Boolean(names);
    if (named === this.named) return;
    this.named = named;
    find("#ink-hint").toggleAttribute("data-named", named);
    this.dispatchEvent(new Event("classes"));
  }

  #answers() {
    const { reader } = this;
    reader.addEventListener("blank", () => this.#blank());
    reader.addEventListener("answer", ({ detail }) => this.#show(detail));
    reader.addEventListener("recovered", () => say(find("#away"), ""));
    reader.addEventListener("trouble", ({ detail }) => this.#trouble(detail));
  }

  #blank() {
    this.#last = null;
    this.#answer.blank();
    for (const place of ["#truth", "#second", "#learn-say"]) say(find(place), "");
    this.#inside.clear();
    this.backprop.clear();
    this.lesson.blank();
    this.#labels.show(null);
    this.choice.lend(undefined);
  }

  #show(detail) {
    const { answer, pixels } = detail;
    this.#last = { answer, pixels };
    this.#classes(answer.class);
    say(find("#away"), "");
    const { strokes, drawing } = this.drawing;
    this.#answer.show(detail, { drawn: this.#drawn && strokes.length > 0, drawing });
    performance.measure("pointer to bars", { start: performance.now() - detail.took });
    this.#look(answer, pixels).then(() => this.#askAnother(answer, pixels)); // the figures first
    this.#learn(answer, pixels);
  }

  async #look(answer, pixels) {
    try {
      const network = await loadNetwork(answer.model);
      if (answer !== this.#last?.answer) return;
      this.#about(network.features);
      this.#inside.show(network, new Trace(answer), answer.digit);
      this.dispatchEvent(new CustomEvent("shown", { detail: { answer, pixels, network } }));
      document.dispatchEvent(new Event("filled"));
    } catch (error) {
      say(find("#away"), error.message);
    }
  }

  /** Start the backward pass. The label is the test digit's own, or what the grown network reads, until the reader picks one. */
  async #learn(answer, pixels) {
    const { sample } = this.drawing;
    const known = sample === null ? null : await testDigit(sample).then(({ label }) => label, () => null);
    const read = known ?? (await this.#grownReading(answer, pixels));
    if (answer !== this.#last?.answer) return;
    say(find("#truth"), known === null ? "" : truth(known, answer));
    this.lesson.show(pixels, answer.model, read, known);
    this.#labels.show(this.lesson.label);
    if (!this.drawing.drawing) this.#lend();
  }

  /** What the chosen network reads at its last age; while that is not there yet, what the best reader does. */
  async #grownReading(answer, pixels) {
    const { base, step } = this.choice;
    if (step === null) return answer.digit;
    return this.#opinions.of(pixels, this.networks.knows(base) ? base : BEST).then(({ digit }) => digit, () => answer.digit);
  }

  /** One line where the other bundled network reads another digit. */
  async #askAnother(answer, pixels) {
    if (this.drawing.drawing) return;
    const other = this.choice.base === BEST ? USUAL : BEST;
    const second = await this.#opinions.of(pixels, other).catch(() => null);
    if (answer !== this.#last?.answer) return;
    const differs = second !== null && !answer.class && second.digit !== answer.digit;
    if (differs) this.dispatchEvent(new CustomEvent("contradicted", { detail: { answer } }));
    say(find("#second"), differs ? fill(words.network.second, { name: words.network.short[other], aDigit: aDigit(second.digit) }) : "");
  }

  /** In the backward pass a network that is sure of the digit shows an age at which it still had something to learn. */
  async #lend() {
    const { choice } = this;
    // What an age changes may move the page a little: so nothing is given back just above the backward pass.
    const stays = this.#part === "learn" || (this.#part === "inside" && this.#learnSeen);
    if (!stays || !this.#last) return choice.lend(undefined);
    const { pixels } = this.#last;
    const wanted = () => this.#part === "learn" && choice.free && this.lesson.chosen === null && this.#last?.pixels === pixels;
    if (!wanted()) return null;
    const ages = choice.ages.filter(({ step }) => step !== null);
    const read = async ({ step }) => [step, (await this.#opinions.of(pixels, `${choice.base}@${step}`)).probabilities];
    const readings = await Promise.all(ages.map(read)).catch(() => []);
    const { label } = this.lesson;
    if (!wanted() || label === null) return null; // the reader went on meanwhile
    return choice.lend(ageToLearn(readings, label) ?? undefined);
  }

  async #younger() {
    const { base, ages } = this.choice;
    await this.choice.choose(ages.length > 1 ? base : USUAL);
    await this.#lend();
  }

  #lessons() {
    const { lesson } = this;
    const note = find("#learn-say");
    lesson.addEventListener("backward", ({ detail: { backward, digit } }) => {
      say(note, this.#aboutLesson(backward));
      find("#learn-younger").hidden = backward.loss >= SETTLED;
      this.backprop.show(backward);
      this.step.show(backward, digit);
    });
    lesson.addEventListener("check", ({ detail }) => showCheck(find("#check"), detail));
    lesson.addEventListener("trouble", ({ detail }) => say(note, detail.message));
    whenNear(find("#learn"), (near) => lesson.watch(near));
    whenNear(find("#learn"), (seen) => {
      this.#learnSeen = seen;
      if (!seen) this.enter(this.#part);
    }, "0px");
  }

  #aboutLesson({ label, loss, probabilities }) {
    const { lent, age } = this.choice;
    const { lentAge, lentMisread, nothingToLearn } = words.backprop;
    const right = probabilities.indexOf(Math.max(...probabilities)) === label;
    if (lent) return fill(right ? lentAge : lentMisread, { digit: label, age: ageName(age) });
    return loss < SETTLED ? fill(nothingToLearn, { aDigit: aDigit(label) }) : "";
  }

  #trouble({ message, status, retryIn }) {
    const { id, base } = this.choice;
    if (status === 404 && id !== USUAL) {
      this.#note = fill(words.network.gone, { name: this.networks.name(base) });
      this.choice.choose(USUAL);
      return;
    }
    say(find("#away"), retryIn ? fill(words.predict.tryingAgain, { message, n: retryIn }) : message);
  }
}
