/** What the service found in an answer: a verdict for each gradient, help in stages, the slope portrait. */

import { element, find, handOn, say } from "../ui/dom.js";
import { number, power } from "../ui/format.js";
import { fill, fillCount } from "../ui/words.js";
import { PortraitView } from "./portrait-view.js";
import { symbol } from "./symbols.js";
import { trainingAddress } from "./training-link.js";
import { explanations, HELP, hints, judged, mostHelp, onlyMissing, score } from "./verdicts.js";
import { listed, said } from "./words.js";

const words = said.result;
const SIGNS = { right: "✓", right_given_yours: "↷", wrong: "✗", shape: "✗", missing: "–" };

export class ResultView {
  node = element("div", { id: "result", hidden: true });
  #old = element("p", { id: "result-old", class: "notice", role: "status" });
  #found = element("div", { "aria-live": "polite" });
  #portrait = element("div");
  #next = element("p", { class: "buttons" });

  constructor() {
    this.node.append(this.#old, this.#found, this.#next, this.#portrait);
  }

  /** `asked`: the names of what is asked for; `file`: the name of a file that was handed in; `next`: {level, open} where to go on to. */
  show(answer, { asked, file = null, next = null }) {
    this.node.hidden = false;
    this.node.dataset.right = answer.right;
    this.#found.replaceChildren(
      element("p", { class: "result-title", id: "result-title" }, file ? fill(words.file, { name: file }) : null, title(answer, asked)),
      element("ul", { class: "verdicts" }, judged(answer, asked).map(verdict)),
    );
    this.#portrait.replaceChildren();
    delete this.node.dataset.old;
    say(this.#old, "");
    this.#help(answer, asked, 0);
    if (answer.right && next) this.#next.replaceChildren(element("button", { type: "button", id: "next", onclick: next.open }, fill(words.next, next)));
    this.node.scrollIntoView({ block: "nearest" });
  }

  /** From now on it is about numbers that were changed since. */
  age() {
    if (this.node.hidden) return;
    this.node.dataset.old = "true";
    say(this.#old, words.old);
  }

  clear() {
    this.node.hidden = true;
  }

  /** Each stage says more than the one before it, and offers the next. */
  #help(answer, asked, stage) {
    if (HELP[stage] === "hint" && answer.mistakes.length) this.#found.append(hinted(answer));
    if (HELP[stage] === "name") {
      find("#hints", this.#found).remove(); // they come again, each with its mistake
      this.#found.append(named(answer));
    }
    const missing = onlyMissing(answer, asked);
    const fine = answer.right || missing.length > 0;
    const told = find("#portrait", this.#portrait);
    if (answer.slope && !told && (fine || stage > 0)) new PortraitView(this.#portrait, answer.slope); // it gives a mistake away
    if (stage === 0 && missing.length) this.#found.append(element("p", {}, fill(words.missing, { names: listed(missing) })));
    if (stage === 0 && !fine && !answer.mistakes.length) this.#found.append(element("p", { class: "hint" }, words.unknown));
    const before = find("button", this.#next);
    const last = fine || stage >= mostHelp(answer);
    const more = last ? null : element("button", { type: "button", id: "more", onclick: () => this.#help(answer, asked, stage + 1) }, stage === 0 ? words.more : words.most);
    if (more) this.#next.append(more);
    if (before) handOn(before, more ?? this.#focusable());
    before?.remove();
  }

  /** Where the keyboard goes when there is nothing more to ask for. */
  #focusable() {
    const node = find("#names", this.#found) ?? find("#portrait", this.#portrait);
    node?.setAttribute("tabindex", -1);
    return node;
  }
}

function title(answer, asked) {
  if (answer.right) return words.right;
  const { right, all } = score(answer, asked);
  return right ? fillCount(words.some, right, { right, all }) : words.none;
}

function verdict({ name, verdict: kind, relative_error: error, hint, good }) {
  const off = error === null ? null : element("small", {}, howFar(error, kind));
  return element("li", { "data-verdict": kind, "data-array": name, class: good ? "good" : "bad" },
    element("p", {}, element("span", { class: "sign", "aria-hidden": "true" }, SIGNS[kind]), symbol(name), element("strong", {}, words.verdicts[kind]), off),
    kind === "right_given_yours" ? element("p", { class: "hint praise" }, words.praise) : hint ? element("p", { class: "hint", id: `hint-${name}` }, hint) : null);
}

function howFar(error, kind) {
  if (error === 0) return words.exact;
  return fill(kind === "right" ? words.close : words.off, { error: error < 1e-3 ? power(error) : number(error, 2) });
}

function hinted(answer) {
  const several = answer.explanations.length > 1;
  const list = element("ul", {}, hints(answer).map((hint) => element("li", {}, hint)));
  return element("section", { id: "hints", class: "help" }, element("h4", {}, several ? words.hintsOf : words.hints), list);
}

function named(answer) {
  const sets = explanations(answer);
  const mistake = ({ number: row, name, hint, evidence }) => [
    element("strong", { "data-mistake": String(row) }, name), element("p", {}, evidence), element("p", { class: "hint" }, hint),
    element("p", {}, element("a", { href: trainingAddress(row) }, said.mistakes.train))];
  const set = (mistakes) => element("li", {}, mistakes.flatMap((each, at) => [at ? element("p", { class: "together" }, words.together) : null, ...mistake(each)]));
  return element("section", { id: "names", class: "help" }, element("h4", {}, sets.length > 1 ? words.names : words.name), element("ul", {}, sets.map(set)));
}
