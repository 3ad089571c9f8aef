/** The pad beside the derivation: the digit, who reads it, what it is said to be, and the weight in hand. */

import { KeyPen } from "../draw/key-pen.js";
import { PointerPen } from "../draw/pointer-pen.js";
import { COUNT } from "../draw/samples.js";
import { BUNDLED, USUAL } from "../network/choice.js";
import { ChoiceView } from "../network/choice-view.js";
import { models } from "../service/api.js";
import { element, find, say } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill, words } from "../ui/words.js";
import { disagreement } from "./bench.js";
import { said } from "./words.js";

const PEN = 18; // width, in the pad's units
const SETTLED = 0.01; // nats: below, the gradients are next to nothing
const AGREE = 1e-3; // how far single precision may be off

export class BenchView {
  #bench;
  #networks;

  constructor(node, bench) {
    this.#bench = bench;
    node.replaceChildren(...parts());
    const { drawing, choice, lesson } = bench;
    new PointerPen(find("#ink"), drawing, PEN);
    new KeyPen(find("#ink"), find("#nib"), drawing, () => PEN, (text) => this.#tell(text));
    this.#networks = new ChoiceView(choice);
    this.#offer();
    const on = (id, name, work) => find(id).addEventListener(name, work);
    on("#undo", "click", () => drawing.undo());
    on("#clear", "click", () => drawing.clear());
    on("#try-one", "click", () => bench.trySample(Math.floor(COUNT * Math.random())));
    on("#younger", "click", () => bench.younger().catch(({ message }) => this.#tell(message)));
    on("#label", "change", ({ target }) => lesson.choose(target.value === "" ? null : Number(target.value)));
    drawing.addEventListener("change", () => this.#pad());
    bench.addEventListener("blank", () => this.#blank());
    bench.addEventListener("answer", ({ detail }) => this.#answer(detail));
    bench.addEventListener("numbers", ({ detail }) => this.#numbers(detail));
    bench.addEventListener("network", ({ detail }) => this.#network(detail));
    bench.addEventListener("trouble", ({ detail }) => this.#tell(detail.message));
    this.#pad();
  }

  /** `name`: of the weight that all equations take as their example. */
  hold(name) {
    say(find("#in-hand"), name);
  }

  async #offer() {
    const { items } = await models().catch(() => ({ items: [] }));
    this.#networks.offer(items.filter(({ id }) => !BUNDLED.includes(id)).map(({ id, name }) => ({ id, name: name || id })));
  }

  #pad() {
    const { drawing } = this.#bench;
    find("#undo").disabled = !drawing.canUndo;
    find("#ink-hint").hidden = !drawing.blank;
  }

  #blank() {
    find("#digit").value = "";
    say(find("#bench-note"), said.bench.blank);
    find("#younger").hidden = true;
    find("#label").value = "";
  }

  #answer({ answer, known }) {
    this.#tell("");
    find("#digit").value = answer.digit;
    const { step } = this.#bench.choice;
    say(find("#label option"), step === null ? said.bench.asRead : said.bench.asGrown);
    find("#label").value = this.#bench.lesson.chosen ?? known ?? "";
    this.#note(known);
  }

  #note(known) {
    say(find("#bench-note"), this.#bench.sample ? fill(said.bench.sample, { label: known }) : "");
  }

  #numbers({ pass, backward }) {
    const settled = pass.L < SETTLED;
    const most = disagreement(pass, backward);
    find("#younger").hidden = !settled || this.#bench.choice.ages.length < 2;
    say(find("#settled"), settled ? said.bench.settled : "");
    say(find("#agreement"), fill(most <= AGREE ? said.bench.agrees : said.bench.disagrees, { most: number(most, 2) }));
  }

  #network({ why, name }) {
    say(find("#network-say"), why ? fill(said.bench[why], { name, usual: words.network.short[USUAL] }) : "");
  }

  #tell(text) {
    say(find("#bench-say"), text ?? "");
  }
}

/** The bench's elements, with the ids by which the pad and the switch of networks find theirs on the main page too. */
function parts() {
  const { draw, network } = words;
  const button = (id, text, more = {}) => element("button", { type: "button", id, ...more }, text);
  const frame = element(
    "div",
    { class: "ink-frame" },
    element("canvas", { id: "ink", width: 280, height: 280, tabindex: 0, role: "application", "aria-label": draw.canvas }),
    element("span", { id: "nib", hidden: true }),
    element("p", { id: "ink-hint", "aria-hidden": "true" }, draw.invitation),
  );
  const ages = element(
    "div",
    { id: "ages", hidden: true },
    button("age-play", "▶", { "aria-pressed": "false", "aria-label": network.play }),
    element("input", { type: "range", id: "age", min: 0, max: 0, value: 0, "aria-label": network.age }),
    element("span", { id: "age-say" }),
  );
  const label = element("select", { id: "label" }, element("option", { value: "" }, said.bench.asRead), Array.from({ length: 10 }, (_, digit) => element("option", { value: digit }, String(digit))));
  return [
    element("h2", { class: "small" }, said.bench.title),
    frame,
    element("div", { class: "tools", role: "toolbar", "aria-label": draw.tools }, button("undo", draw.undo, { disabled: true }), button("clear", draw.clear), button("try-one", said.bench.tryOne)),
    element("div", { class: "choice" }, element("label", { for: "network" }, network.label), element("select", { id: "network", "aria-describedby": "network-say" }), ages, element("p", { id: "network-say", class: "notice", role: "status" })),
    element("dl", { class: "bench-read" },
      element("dt", {}, said.bench.reads), element("dd", {}, element("output", { id: "digit" })),
      element("dt", {}, element("label", { for: "label" }, said.bench.label)), element("dd", {}, label),
      element("dt", {}, said.bench.hand), element("dd", {}, element("a", { id: "in-hand", href: "#any-weight" }, "W2"))),
    element("p", { id: "bench-note", class: "hint", role: "status" }),
    element("p", { id: "settled", class: "hint" }),
    button("younger", said.bench.younger, { hidden: true }),
    element("p", { id: "agreement", class: "hint" }),
    element("p", { id: "bench-say", class: "notice", role: "status" }),
  ];
}
