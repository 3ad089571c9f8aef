/**
 * Which digit, network and label the derivation's numbers are of: the reader's own, as on the main page, or a sample. No DOM.
 * Emits "answer" {answer}, "numbers" {pass, backward}, "check" {check}, "network" {why, name} where another one has to stand in,
 * "blank", "trouble" {message}.
 */

import { Lesson } from "../backprop/lesson.js";
import { decodeDrawing } from "../draw/drawing-code.js";
import { Drawing } from "../draw/drawing.js";
import { Pixels } from "../draw/pixels.js";
import { testDigit } from "../draw/samples.js";
import { NetworkChoice, parseId, USUAL } from "../network/choice.js";
import { ageToLearn } from "../network/ages.js";
import { Opinions } from "../predict/opinions.js";
import { Reader } from "../predict/reader.js";
import { getModel, snapshots } from "../service/api.js";
import { Pass, weightsOf } from "./pass.js";

const RETRY = 2000; // milliseconds
const SAMPLE = 450; // a 3 of MNIST's test digits: the finished network gives it less than a half

/** Why the derivation's equations are not those of a network: a word of `said.bench`, or null. */
export function misfit({ layers, activation, features = "pixels" }) {
  if (features !== "pixels") return "features";
  if (layers.length !== 3) return "deeper";
  return activation === "sigmoid" ? null : "activation";
}

export class Bench extends EventTarget {
  drawing = new Drawing();
  lesson = new Lesson();
  choice = new NetworkChoice(async (base) => (await snapshots(base)).items);
  sample = false; // the digit is not the reader's
  #pixels = new Pixels();
  #opinions = new Opinions();
  #reader = new Reader(this.drawing, (drawing) => this.#pixels.of(drawing));
  #last = null;

  constructor() {
    super();
    this.choice.addEventListener("change", () => this.#chosen());
    this.#reader.addEventListener("blank", () => this.#blank());
    this.#reader.addEventListener("answer", ({ detail }) => this.#answered(detail));
    this.#reader.addEventListener("trouble", ({ detail }) => this.#emit("trouble", detail));
    this.#reader.addEventListener("recovered", () => this.#emit("trouble", { message: "" }));
    this.lesson.addEventListener("backward", ({ detail }) => this.#explained(detail.backward));
    this.lesson.addEventListener("check", ({ detail }) => this.#emit("check", detail));
    this.lesson.addEventListener("trouble", ({ detail }) => this.#emit("trouble", detail));
    this.lesson.watch(true);
    this.drawing.addEventListener("settle", () => (this.sample = this.sample && this.drawing.sample === SAMPLE));
  }

  /** Begin with the state that the tab or a link holds; without a drawing in it, with a sample. */
  async open({ ink, model, label }) {
    this.choice.choose(model ?? USUAL);
    const found = ink ? decodeDrawing(ink) : null;
    if (found?.strokes) this.drawing.showStrokes(found.strokes);
    else if (found?.pixels) this.drawing.showPixels(found.pixels);
    else await this.#openSample(found?.sample ?? SAMPLE, !found);
    if (found && /^\d$/.test(label ?? "")) this.lesson.choose(Number(label));
  }

  /** Another of MNIST's test digits. */
  async trySample(index) {
    await this.#openSample(index, false);
  }

  /** An age of the network at which it still had something to learn from this digit. */
  async younger() {
    const { base } = this.choice;
    const ages = this.choice.ages.filter(({ step }) => step !== null);
    const { pixels } = this.#last;
    const readings = await Promise.all(ages.map(async ({ step }) => [step, (await this.#opinions.of(pixels, `${base}@${step}`)).probabilities]));
    const step = ageToLearn(readings, this.lesson.label);
    if (step !== null && pixels === this.#last?.pixels) this.choice.grow(step);
  }

  async #openSample(index, foreign) {
    try {
      const { pixels } = await testDigit(index);
      this.sample = foreign;
      this.drawing.showPixels(pixels, index);
    } catch (error) {
      this.#again(error, () => this.drawing.blank && this.#openSample(index, foreign));
    }
  }

  /** Say what went wrong; if the server is away, try again. */
  #again(error, work) {
    this.#emit("trouble", { message: error.message });
    if (error.away) setTimeout(work, RETRY);
  }

  /** Read with the chosen network, or with the usual one where the equations are not those of the chosen one. */
  async #chosen() {
    const { id, base } = this.choice;
    try {
      const network = await getModel(id);
      if (id !== this.choice.id) return;
      const why = misfit(network);
      this.#reader.model = why ? USUAL : id;
      this.#emit("network", { why, name: network.name ?? base });
      this.#reader.read();
    } catch (error) {
      if (id !== this.choice.id) return;
      if (error.status === 404 && id !== USUAL) this.choice.choose(USUAL);
      else this.#again(error, () => id === this.choice.id && this.#chosen());
    }
  }

  async #answered({ answer, pixels }) {
    if (answer.model !== this.#reader.model) return; // no network was chosen yet
    const { sample } = this.drawing;
    this.#last = { answer, pixels };
    const known = sample === null ? null : await testDigit(sample).then(({ label }) => label, () => null);
    const read = known ?? (await this.#grownReading(answer, pixels));
    if (this.#last?.answer !== answer) return;
    this.#emit("answer", { answer, known });
    this.lesson.show(pixels, answer.model, read, known);
  }

  /** What the network reads at its last age: at a young one it may read anything, and that is no label. */
  async #grownReading(answer, pixels) {
    const { base, step } = parseId(answer.model);
    if (step === null) return answer.digit;
    return this.#opinions.of(pixels, base).then(({ digit }) => digit, () => answer.digit);
  }

  #blank() {
    this.#last = null;
    this.lesson.blank();
    this.#emit("blank");
  }

  #explained(backward) {
    const { network, trace, label } = backward;
    this.#emit("numbers", { pass: new Pass(weightsOf(network), Float64Array.from(trace.a[0]), label), backward });
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The largest difference between the page's numbers and the service's, which are of single precision. */
export function disagreement(pass, backward) {
  const pairs = [
    [pass.z1, backward.trace.z[1]],
    [pass.h, backward.trace.a[1]],
    [pass.z2, backward.trace.z[2]],
    [pass.yhat, backward.probabilities],
    [pass.delta1, backward.deltas[1]],
    [pass.delta2, backward.deltas[2]],
    [[pass.L], [backward.loss]],
  ];
  return Math.max(...pairs.flatMap(([own, service]) => Array.from(own, (value, at) => Math.abs(value - service[at]))));
}
