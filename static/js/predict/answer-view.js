/** Shows the answer beside the pad: the digit, a sentence, ten bars of probability, and the 28x28 pixels sent. */

import { Bars } from "../ui/bars.js";
import { find, say } from "../ui/dom.js";
import { percent } from "../ui/format.js";
import { paintGrey } from "../ui/paint-grey.js";
import { fill, words } from "../ui/words.js";
import { verdict } from "./verdict.js";

const CALM = 700; // milliseconds until a changing answer is read out: a screen reader should not stammer
const REST = 1500; // milliseconds that the pen is up until a drawing is called no digit: there may be more to come

export class AnswerView {
  #digit = find("#digit");
  #bars = new Bars(find("#probabilities"));
  #preview = find("#input28");
  #strip = find("#strip");
  #timer = null;
  #told = null; // the digit that the sentence is about

  blank() {
    say(this.#digit, "");
    this.#digit.dataset.sure = "";
    this.#bars.show(null);
    paintGrey(this.#preview, new Uint8Array(784));
    this.#sentence("", 0, null);
    this.#strip.dataset.filled = "";
  }

  /** `drawn`: the digit was drawn by hand just now; `drawing`: the pen is down at this moment. */
  show({ pixels, answer }, { drawn, drawing }) {
    const text = verdict(answer, drawing);
    say(this.#digit, answer.class ?? String(answer.digit));
    this.#digit.dataset.named = answer.class ? "yes" : "";
    this.#digit.dataset.sure = answer.uncertain ? "no" : "yes";
    this.#bars.show(answer.probabilities, { marked: [answer.digit], names: answer.classes });
    find("#calibrated").hidden = !answer.calibrated;
    paintGrey(this.#preview, pixels);
    paintGrey(find("#strip-input"), pixels);
    const [name, chance] = [answer.class ?? String(answer.digit), percent(answer.probabilities[answer.digit])];
    say(find("#strip-text"), fill(answer.uncertain ? words.predict.shortDoubt : words.predict.short, { name, chance }));
    this.#strip.dataset.filled = "yes";
    const wait = answer.uncertain && !drawing ? REST : CALM;
    this.#sentence(text, drawn ? wait : 0, answer.digit);
  }

  /** Show a sentence after a wait; one about another digit is removed at once. */
  #sentence(text, wait, digit) {
    clearTimeout(this.#timer);
    if (digit !== this.#told) say(find("#verdict"), "");
    this.#timer = setTimeout(() => {
      this.#told = digit;
      say(find("#verdict"), text);
    }, wait);
  }
}
