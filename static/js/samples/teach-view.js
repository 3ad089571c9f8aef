/** The button that teaches, its progress, and before and after side by side. */

import { element, find, handOn, say } from "../ui/dom.js";
import { accuracy, duration } from "../ui/format.js";
import { parseId } from "../network/choice.js";
import { fill, words } from "../ui/words.js";
import { drawing } from "./gallery-view.js";

const said = words.samples;

export class TeachView {
  #teach = find("#teach");
  #progress = find("#teaching");
  #taught = find("#taught");
  #shown = null; // the result whose drawings are on the page

  /** `actions`: {teach(), stop(run), use(model), takeBack(base)}. */
  constructor(actions) {
    const on = (selector, work) => find(selector).addEventListener("click", work);
    on("#teach", () => actions.teach());
    on("#teach-stop", () => actions.stop());
    on("#taught-use", () => actions.use(this.#shown.model));
    on("#taught-back", () => actions.takeBack(this.#shown.base));
  }

  /** `teaching`: how far it is; `reading`: the network that reads now; `nameOf(id)`: its name. */
  show(teaching, reading, nameOf) {
    const { busy, starting, run, result, trouble } = teaching;
    say(find("#teach-copy"), fill(said.copy, { name: nameOf(reading) }));
    if (busy) this.#far(run, starting);
    if (busy) this.#progress.hidden = false;
    const waiting = busy && !starting; // a button that is disabled while it is asked for loses the keyboard
    if (waiting) handOn(this.#teach, find(run === null ? "#hand-title" : "#teach-stop"));
    this.#teach.disabled = waiting;
    if (!busy) handOn(find("#teach-stop"), this.#teach);
    this.#progress.hidden = !busy;
    say(find("#teach-trouble"), trouble);
    this.#taught.hidden = result === null;
    if (result !== null && result !== this.#shown) this.#compare(result);
    this.#shown = result;
    if (result !== null) this.#choice(result, reading, nameOf);
  }

  /** `run`: null while it is being started, and when it is over and both networks are compared. */
  #far(run, starting) {
    const { step = 0, steps = 0, epoch, epochs, eta_seconds: left } = run?.progress ?? {};
    const stop = find("#teach-stop");
    if (run === null || run.cancel_requested) handOn(stop, find("#hand-title"));
    stop.hidden = run === null;
    stop.disabled = run?.cancel_requested === true;
    const bar = find("progress", this.#progress);
    if (steps) bar.value = step / steps;
    else bar.removeAttribute("value");
    say(find("#teach-say"), starting ? said.starting : farWords(run, { epoch: Math.min(epoch, epochs), epochs, left: duration(left) }));
  }

  #compare({ rows, accuracy: tests, model }) {
    const learned = rows.filter(({ since }) => !since);
    const later = rows.filter(({ since }) => since);
    const body = [
      learned.length ? line(said.learned, counts(learned)) : null,
      later.length ? line(said.since, counts(later)) : null,
      line(said.tests, tests.map(accuracy)),
    ];
    find("#taught-counts tbody").replaceChildren(...body.filter(Boolean));
    find("#taught-drawings").replaceChildren(...rows.map(pair));
    say(find("#taught-say"), verdict(learned, tests));
    find("#taught").dataset.model = model;
  }

  /** Which of the two reads on the pad, and the way to the other. */
  #choice({ base, model }, reading, nameOf) {
    const [use, back] = [find("#taught-use"), find("#taught-back")];
    const used = parseId(reading).base === model;
    const [offered, other] = used ? [back, use] : [use, back];
    offered.hidden = false;
    handOn(other, offered);
    other.hidden = true;
    say(find("#taught-before"), fill(said.before, { name: nameOf(base) }));
    say(back, fill(said.takeBack, { name: nameOf(base) }));
    say(find("#taught-reads"), used ? said.inUse : fill(said.notInUse, { name: nameOf(reading) }));
  }
}

function farWords(run, at) {
  if (run === null) return said.comparing;
  if (run.state === "running" && !run.progress.epoch) return said.starting;
  if (run.state === "queued") return run.waits_for ?? words.runs.waiting;
  return fill(run.progress.eta_seconds == null ? words.runs.epoch : words.runs.epochLeft, at);
}

const line = (name, [before, after]) =>
  element("tr", {}, element("th", { scope: "row" }, name), element("td", { class: "numeric" }, before), element("td", { class: "numeric" }, after));

const counts = (rows) => ["before", "after"].map((when) => fill(said.rightOf, { right: rightIn(rows, when), n: rows.length }));
const rightIn = (rows, when) => rows.filter((row) => row[when] === row.sample.label).length;

/** A drawing with what was read before and what is read after. */
function pair({ sample, before, after, since }) {
  const mark = (digit) => (digit === sample.label ? "right" : "wrong");
  const reading = (word, digit) =>
    element("span", { class: "reading-of", "data-read": mark(digit) }, element("span", { class: "visually-hidden" }, `${word} `), String(digit), element("span", { "aria-hidden": "true" }, digit === sample.label ? " ✓" : " ✗"));
  const meant = element("strong", {}, element("span", { class: "visually-hidden" }, `${said.meantToBe} `), String(sample.label));
  const note = since ? element("span", { class: "tag" }, said.new) : null;
  return element("li", {}, drawing(sample.pixels), meant, element("span", { class: "before-after" }, reading(said.readBefore, before), element("span", { "aria-hidden": "true" }, " → "), reading(said.readAfter, after)), note);
}

const LOSS = 0.002; // of the test digits: what may be lost to a hand

/** What came of it, in a sentence. */
function verdict(rows, [before, after]) {
  const values = { right: rightIn(rows, "after"), n: rows.length, gained: rightIn(rows, "after") - rightIn(rows, "before") };
  if (before - after > LOSS) return fill(said.forgot, { ...values, lost: accuracy(before - after) });
  return fill(values.gained > 0 ? said.learnt : said.same, values);
}
