/** Connects the first three parts of the page: pad -> answer -> look inside -> backward pass. */

import { AnswerView } from "./predict/answer-view.js";
import { BackpropView } from "./backprop/backprop-view.js";
import { showCheck } from "./backprop/check-badge.js";
import { Drawing } from "./draw/drawing.js";
import { find, findAll, say, whenNear } from "./ui/dom.js";
import { aDigit } from "./ui/format.js";
import { InsideView } from "./network/inside-view.js";
import { LabelsView } from "./backprop/labels-view.js";
import { Lesson } from "./backprop/lesson.js";
import { loadNetwork } from "./network/network.js";
import { PadView } from "./draw/pad-view.js";
import { Pixels } from "./draw/pixels.js";
import { Reader } from "./predict/reader.js";
import { testDigit } from "./draw/samples.js";
import { StepView } from "./backprop/step-view.js";
import { Trace } from "./network/trace.js";
import { fill, words } from "./ui/words.js";

const SETTLED = 0.01; // nats: below, the gradients are too small to see anything move

const nothingToLearn = (label) => fill(words.backprop.nothingToLearn, { aDigit: aDigit(label) });

function truth(label, { digit, uncertain }) {
  const { wrong, doubtful, right } = words.predict;
  return fill(label !== digit ? wrong : uncertain ? doubtful : right, { aDigit: aDigit(label) });
}

export class Study {
  drawing = new Drawing();
  lesson = new Lesson();
  #pixels = new Pixels();
  #answer = new AnswerView();
  #inside = new InsideView(find("#inside"));
  #backprop = new BackpropView(find("#learn"));
  #labels;
  #last = null; // the last answer

  /** `tell(text)` shows a short message; `changed()` is called when the page's link would change. */
  constructor(tell, changed) {
    this.reader = new Reader(this.drawing, (drawing) => this.#pixels.of(drawing));
    this.pad = new PadView(this.drawing, tell);
    this.step = new StepView(find("#step"), changed);
    this.#labels = new LabelsView(find("#labels"), (label) => {
      this.lesson.choose(label);
      changed();
    });
    this.#answers();
    this.#lessons();
    this.drawing.addEventListener("settle", changed);
    this.#answer.blank();
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
    say(find("#truth"), "");
    this.#inside.clear();
    this.#backprop.clear();
    this.lesson.blank();
    this.#labels.show(null);
  }

  #show(detail) {
    const { answer, pixels } = detail;
    this.#last = answer;
    say(find("#away"), "");
    const { strokes, drawing } = this.drawing;
    this.#answer.show(detail, { drawn: strokes.length > 0, drawing });
    performance.measure("pointer to bars", { start: performance.now() - detail.took });
    this.#look(answer);
    this.#learn(pixels, answer);
  }

  async #look(answer) {
    try {
      const network = await loadNetwork(answer.model);
      if (answer !== this.#last) return;
      for (const node of findAll("[data-features]")) node.hidden = node.dataset.features !== network.features;
      this.#inside.show(network, new Trace(answer), answer.digit);
      document.dispatchEvent(new Event("filled"));
    } catch (error) {
      say(find("#away"), error.message);
    }
  }

  /** Start the backward pass. The label is the test digit's own, or the predicted digit until the reader picks one. */
  async #learn(pixels, answer) {
    const { sample } = this.drawing;
    const known = sample === null ? null : await testDigit(sample).then(({ label }) => label, () => null);
    if (answer !== this.#last) return;
    say(find("#truth"), known === null ? "" : truth(known, answer));
    this.lesson.show(pixels, answer.model, answer.digit, known);
    this.#labels.show(this.lesson.label);
  }

  #lessons() {
    const { lesson } = this;
    const note = find("#learn-say");
    lesson.addEventListener("backward", ({ detail: { backward, digit } }) => {
      say(note, backward.loss < SETTLED ? nothingToLearn(backward.label) : "");
      this.#backprop.show(backward);
      this.step.show(backward, digit);
    });
    lesson.addEventListener("check", ({ detail }) => showCheck(find("#check"), detail));
    lesson.addEventListener("trouble", ({ detail }) => say(note, detail.message));
    whenNear(find("#learn"), (near) => lesson.watch(near));
  }

  #trouble({ message, status, retryIn }) {
    if (status === 404 && this.reader.model) {
      this.reader.model = null; // a link may name a network that is no longer there
      this.reader.read();
      return;
    }
    say(find("#away"), retryIn ? fill(words.predict.tryingAgain, { message, n: retryIn }) : message);
  }
}
