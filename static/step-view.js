/** One step downhill on this digit: the learning rate, what the slope promises, what really happens; and back. */

import { gradients } from "./api.js";
import { Bars } from "./bars.js";
import { find, say } from "./dom.js";
import { number, percent } from "./format.js";
import { FallChart } from "./fall-chart.js";
import { Latest } from "./latest.js";
import { RATES, rateAt, placeOf } from "./rates.js";

export class StepView {
  #root;
  #before;
  #after;
  #chart;
  #backward = null;
  #digit = null;
  #taken = false;
  #measured = new Map(); // learning rate -> loss after the step
  #queue = new Latest((job, isNewest) => this.#measure(job, isNewest));

  /** `onRate(rate)`: told when the reader moves the slider. */
  constructor(root, onRate) {
    this.#root = root;
    this.#before = new Bars(find("#step-before", root));
    this.#after = new Bars(find("#step-after", root));
    this.#chart = new FallChart(find("#step-chart", root));
    this.#slider.addEventListener("input", () => {
      onRate(this.rate);
      this.#update();
    });
    find("#step-take", root).addEventListener("click", () => this.#take(true));
    find("#step-undo", root).addEventListener("click", () => this.#take(false));
  }

  get #slider() { return find("#step-rate", this.#root); }
  /** Where the slider stands at first. */
  get usual() { return rateAt(Number(this.#slider.defaultValue)); }

  get rate() { return rateAt(Number(this.#slider.value)); }

  set rate(value) {
    this.#slider.value = placeOf(value);
    this.#update();
  }

  show(backward, digit) {
    this.#backward = backward;
    this.#digit = digit;
    this.#measured = new Map([[0, backward.loss]]);
    this.#taken = false;
    this.#before.show(backward.probabilities, { marked: [backward.label] });
    this.#update();
  }

  #take(taken) {
    this.#taken = taken;
    this.#update();
    find(taken ? "#step-undo" : "#step-take", this.#root).focus();
  }

  #update() {
    const rate = this.rate;
    const text = `α = ${number(rate)}`;
    say(find("#step-rate-value", this.#root), text);
    this.#slider.setAttribute("aria-valuetext", text);
    find("#step-take", this.#root).hidden = this.#taken;
    find("#step-undo", this.#root).hidden = !this.#taken;
    if (!this.#backward) return;
    this.#write(null);
    this.#queue.submit({ backward: this.#backward, digit: this.#digit, rate });
  }

  /** The chosen rate first, then the rest of the curve as long as nothing newer is asked. */
  async #measure({ backward, digit, rate }, isNewest) {
    try {
      const step = await this.#ask(backward, digit, rate);
      if (backward === this.#backward && isNewest()) this.#write(step);
      for (const other of RATES) {
        if (!isNewest() || backward !== this.#backward) return;
        if (!this.#measured.has(other)) await this.#ask(backward, digit, other);
        this.#draw();
      }
    } catch (error) {
      if (isNewest()) say(find("#step-say", this.#root), error.message);
    }
  }

  async #ask(backward, digit, rate) {
    const { step } = await gradients(digit.pixels, digit.label, { model: digit.model, learning_rate: rate });
    if (backward === this.#backward) this.#measured.set(rate, step.loss);
    return step;
  }

  #write(step) {
    const { loss, probabilities, label } = this.#backward;
    const promised = this.rate * this.#backward.squaredNorm();
    const shown = this.#taken && step;
    this.#after.show(shown ? step.probabilities : this.#taken ? null : probabilities, { marked: [label] });
    say(find("#fall-promised", this.#root), `α‖g‖² = ${number(promised)}`);
    say(find("#fall-real", this.#root), shown ? number(loss - step.loss) : "take the step to see");
    say(find("#loss-before", this.#root), number(loss));
    say(find("#loss-after", this.#root), shown ? number(step.loss) : "–");
    if (shown) say(find("#step-say", this.#root), sentence(label, probabilities, step, loss, promised));
    else if (!this.#taken) say(find("#step-say", this.#root), "");
    this.#draw();
  }

  #draw() {
    const points = [...this.#measured].sort(([a], [b]) => a - b);
    this.#chart.show({ loss: this.#backward.loss, slope: this.#backward.squaredNorm(), points, rate: this.rate });
  }
}

function sentence(label, probabilities, step, loss, promised) {
  const change = `The ${label} went from ${percent(probabilities[label])} to ${percent(step.probabilities[label])}.`;
  const fell = loss - step.loss;
  if (fell < 0) return `${change} The loss rose: the step was too long and jumped over the valley. Take a smaller α.`;
  if (fell < 0.5 * promised) return `${change} Far less than the slope promised: the ground curves. A smaller α keeps closer to the promise.`;
  return `${change} The slope's promise held: over so short a step the ground is nearly straight.`;
}
