/** Gradient steps on this digit: chooses the learning rate, shows the predicted and the measured loss, makes and undoes steps. */

import { Bars } from "../ui/bars.js";
import { ALL, Descent, MOST } from "./descent.js";
import { find, handOn, say, sayRaised } from "../ui/dom.js";
import { accuracy, count, finePercent, number, ofLayer } from "../ui/format.js";
import { FallChart } from "./fall-chart.js";
import { stepAnswer, stepQuestion, verdict } from "./guess.js";
import { GuessBox } from "./guess-box.js";
import { rateAt, placeOf } from "./rates.js";
import { fill, fillCount, words } from "../ui/words.js";

const FORGOTTEN = 0.005; // share of the test digits whose loss is worth a warning
const SHOWN = 6; // losses of the last steps that are listed

export class StepView {
  #root;
  #before;
  #after;
  #chart;
  #descent = new Descent();
  #label = null; // null as long as there is no digit
  #ahead = true; // looking at the next step; otherwise back at the last one
  #score;
  #box;
  #seen = new Set(); // after how many steps the real fall of the next was on the page, or a guess at it was made or skipped
  #told = null; // what is said of the guess at the last step

  /** `onRate(rate)` is called when the reader moves the slider; `score`: a GuessScore. */
  constructor(root, onRate, score) {
    this.#root = root;
    this.#score = score;
    this.#box = new GuessBox(find("#step-guess", root), "#step-take");
    score.addEventListener("change", () => this.#label !== null && this.#write());
    this.#before = new Bars(find("#step-before", root));
    this.#after = new Bars(find("#step-after", root));
    this.#chart = new FallChart(find("#step-chart", root));
    this.#slider.addEventListener("input", () => {
      onRate(this.rate);
      this.#look(true);
    });
    find("#step-take", root).addEventListener("click", () => (this.#waits(this.#descent.taken.length) ? this.#look(true) : this.#take()));
    find("#step-undo", root).addEventListener("click", () => this.#undo(1));
    find("#step-restart", root).addEventListener("click", () => this.#undo(this.#descent.taken.length));
    find("#step-test-all", root).addEventListener("click", () => this.#testAll());
    this.#descent.addEventListener("change", () => this.#write());
    this.#writeRate();
  }

  get #slider() { return find("#step-rate", this.#root); }
  /** The learning rate at which the slider stands at first. */
  get usual() { return rateAt(Number(this.#slider.defaultValue)); }

  get rate() { return rateAt(Number(this.#slider.value)); }

  set rate(value) {
    this.#slider.value = placeOf(value);
    this.#look(true);
  }

  show(backward, digit) {
    this.#label = backward.label;
    const { loss, probabilities } = backward;
    this.#seen.clear();
    this.#descent.begin(digit, { loss, probabilities, squaredNorm: backward.squaredNorm() });
    this.#look(true);
  }

  async #take() {
    try {
      this.#ahead = false;
      await this.#descent.take(this.rate);
      this.#look(this.#descent.taken.length === 0);
    } catch (error) {
      this.#look(true);
      sayRaised(find("#step-say", this.#root), error.message);
    }
  }

  async #testAll() {
    try {
      await this.#descent.testAll();
    } catch (error) {
      sayRaised(find("#step-say", this.#root), error.message);
    }
  }

  #undo(steps) {
    this.#ahead = true;
    this.#descent.undo(steps);
    this.#look(true);
    const undo = find("#step-undo", this.#root);
    if (undo.hidden) find("#step-take", this.#root).focus();
    else if (document.activeElement === document.body) undo.focus();
  }

  /** Whether a guess at the step after so many is still wanted. */
  #waits(steps) { return this.#score.on && !this.#seen.has(steps); }

  async #guess(question, promised, choice) {
    const from = this.#descent.taken.length;
    this.#seen.add(from);
    this.#box.tell(null);
    if (choice === null) return this.#look(true);
    await this.#take();
    const step = this.#descent.taken[from];
    if (!step) return this.#seen.delete(from); // the service is away
    this.#told = verdict(stepAnswer(question, promised, this.#descent.at(from).loss - step.loss), choice);
    this.#score.count(this.#told.right);
  }

  #look(ahead) {
    this.#ahead = ahead;
    if (ahead) this.#told = null;
    this.#writeRate();
    if (this.#label === null) return;
    this.#write();
    this.#descent.look(this.#from, this.#step?.learning_rate ?? this.rate);
  }

  /** The step already made that is shown; null while the next one is previewed. */
  get #step() { return this.#ahead ? null : (this.#descent.taken.at(-1) ?? null); }

  /** How many steps come before the one that is shown. */
  get #from() { return this.#descent.taken.length - (this.#step ? 1 : 0); }

  #writeRate() {
    const text = `α = ${number(this.rate)}`;
    say(find("#step-rate-value", this.#root), text);
    this.#slider.setAttribute("aria-valuetext", text);
  }

  #write() {
    const [step, from, descent] = [this.#step, this.#from, this.#descent];
    const { loss, probabilities } = descent.at(from);
    const slope = descent.squaredNorm(from);
    const rate = step?.learning_rate ?? this.rate;
    const hidden = this.#ahead && this.#waits(from);
    if (!hidden) this.#seen.add(from);
    const promised = slope === null ? "…" : `α‖g‖² = ${number(rate * slope)}`;
    const marked = [this.#label];
    const read = step && { before: descent.read(from), after: descent.read(from + 1) };
    this.#before.show(probabilities, { marked });
    this.#after.show((step ?? { probabilities }).probabilities, { marked });
    this.#say({
      "#loss-before": number(loss),
      "#loss-after": step ? number(step.loss) : "–",
      "#fall-promised": promised,
      "#fall-real": step ? number(loss - step.loss) : words.step.takeToSee,
      "#step-moved": step ? moved(step) : "–",
      "#step-trail": trail(descent),
      "#step-test-before": share(read?.before),
      "#step-test-after": share(read?.after),
      "#step-say": step ? sentence(this.#label, probabilities, step, loss, read) : "",
    });
    find("#step-test-all", this.#root).hidden = !read?.after || read.after.digits === ALL;
    this.#ask(hidden, rate, slope);
    this.#buttons(descent.taken.length);
    if (hidden) return;
    const points = [...descent.curve(from)].map(([each, { loss: after }]) => [each, after]).sort(([a], [b]) => a - b);
    this.#chart.show({ loss, slope: slope ?? 0, points, rate });
  }

  /** While a guess is wanted, the chart with the real fall is not on the page. */
  #ask(hidden, rate, slope) {
    this.#root.dataset.guess = hidden ? "open" : "none";
    if (!hidden) return this.#box.tell(this.#told);
    find("#step-chart", this.#root).replaceChildren();
    if (slope === null) return this.#box.tell(null); // it comes with the next measurement
    const question = stepQuestion(rate, rate * slope);
    this.#box.ask(question, (choice) => this.#guess(question, rate * slope, choice));
    handOn(find("#step-take", this.#root), find("#step-guess button", this.#root));
  }

  #say(texts) {
    for (const [selector, text] of Object.entries(texts)) sayRaised(find(selector, this.#root), text);
  }

  #buttons(steps) {
    const take = find("#step-take", this.#root);
    say(take, steps ? words.step.another : words.step.take);
    take.disabled = steps >= MOST || this.#box.open;
    find("#step-undo", this.#root).hidden = steps === 0;
    find("#step-restart", this.#root).hidden = steps < 2;
  }
}

/** The losses from the start to here as text: 15.3 → 7.90 → 0.0212 → 0.0150. */
function trail(descent) {
  const steps = descent.taken.length;
  if (steps === 0) return "";
  const losses = Array.from({ length: steps + 1 }, (_, at) => number(descent.at(at).loss));
  const last = losses.slice(-SHOWN);
  const start = losses.length > SHOWN ? [losses[0], "…"] : [];
  return fillCount(words.step.trail, steps, { n: steps, losses: [...start, ...last].join(" → ") });
}

/** ‖ΔW‖ / ‖W‖ of each layer as text: "0.21 % in W^[1], 1.8 % in W^[2]". */
function moved({ update_ratios: ratios }) {
  const share = (ratio) => number(100 * (ratio ?? Infinity), 2).replaceAll(" ", "\u00a0");
  return ratios.map((ratio, layer) => fill(words.step.movedIn, { share: share(ratio), layer: ofLayer("W", layer + 1) })).join(", ");
}

/** "98.3 % of 1,000", or a dash where nothing was tried. */
const share = (read) => (read ? fill(words.step.testOf, { share: accuracy(read.share), digits: count(read.digits) }) : "–");

/** The step in a sentence, and what it did to the test digits: {before, after} as Descent.read gives them, null if unknown. */
function sentence(label, probabilities, step, before, read) {
  const known = read?.before && read.after && read.before.digits === read.after.digits;
  if (!known) return thisDigit(label, probabilities, step, before);
  const [was, is] = [read.before, read.after].map((each) => each.share);
  const test = { digits: count(read.after.digits), before: accuracy(was), after: accuracy(is) };
  if (was - is > FORGOTTEN) return fill(words.step.forgot, { ...test, change: change(label, probabilities, step) });
  return fill(words.step.spared, { ...test, said: thisDigit(label, probabilities, step, before) });
}

function change(label, probabilities, step) {
  const [from, to] = [probabilities, step.probabilities].map((each) => finePercent(each[label]));
  return fill(words.step.change, { label, before: from, after: to });
}

function thisDigit(label, probabilities, step, before) {
  const said = { change: change(label, probabilities, step) };
  const promised = step.learning_rate * step.squared_norm;
  const fell = before - step.loss;
  if (!Number.isFinite(fell)) return words.step.burst;
  if (fell < 0) return fill(words.step.rose, said);
  return fill(fell < 0.5 * promised ? words.step.less : words.step.held, said);
}
