/** Which stage of the walk still waits for a guess: none is asked whose numbers were on the page already. Pure. */

import { questionFor, verdict } from "./guess.js";

export class StageGuesses {
  #lesson = ""; // the digit, label and network that the questions are about
  #seen = -1; // the last stage whose numbers were shown, and with them those before it
  #closed = new Set(); // ids of questions whose answer was on the page: two stages may show the same
  #told = new Map(); // id of a stage -> what was said of the guess

  begin({ network, label, loss }) {
    const lesson = `${network.id} ${label} ${loss}`;
    if (lesson === this.#lesson) return;
    this.#lesson = lesson;
    this.#seen = -1;
    this.#closed.clear();
    this.#told.clear();
  }

  /** The question that is open at this stage, or null; then its numbers are to be shown. */
  open(stage, index, backward, on) {
    const question = questionFor(stage, backward);
    if (on && question && index > this.#seen && !this.#closed.has(question.id)) return question;
    this.#show(index, question);
    return null;
  }

  /** `choice`: the id of an option, or null if the reader skips the question. -> {right, text} or null. */
  close(stage, index, question, choice) {
    this.#show(index, question);
    if (choice !== null) this.#told.set(stage.id, verdict(question, choice));
    return this.told(stage);
  }

  #show(index, question) {
    this.#seen = Math.max(this.#seen, index);
    if (question) this.#closed.add(question.id);
  }

  told(stage) { return this.#told.get(stage.id) ?? null; }
}
