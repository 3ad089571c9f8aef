/** The text's ten epochs, run live: a button that starts the recipe "blog", and the lines that its loop prints. */

import { Keyring } from "../service/keyring.js";
import { train } from "../service/api.js";
import { Runs, underWay } from "../train/runs.js";
import { element, say } from "../ui/dom.js";
import { epochLine, stateOf } from "./epochs.js";
import { said } from "./words.js";

const { epochs: words } = said;
const REQUEST = { preset: "blog", name: "blog" };

export class EpochsView {
  #runs = new Runs();
  #keyring;
  #id = null;
  #button = element("button", { type: "button", id: "epochs-start", class: "primary", onclick: () => this.#start() }, words.start);
  #lines = element("ol", { id: "epoch-lines", class: "epoch-lines" });
  #say = element("p", { id: "epochs-say", class: "readout" });
  #form = keyForm();

  constructor(node) {
    node.replaceChildren(element("p", {}, words.about), element("p", { class: "buttons" }, this.#button), this.#form, element("div", { role: "log" }, this.#lines), this.#say, element("p", { class: "hint" }, words.looking));
    this.#keyring = new Keyring(this.#form);
    this.#runs.addEventListener("change", () => this.#paint());
    this.#runs.addEventListener("finished", () => this.#paint());
  }

  async #start() {
    this.#button.disabled = true;
    try {
      const job = await this.#keyring.with(() => train(REQUEST));
      this.#id = job.id;
      this.#lines.replaceChildren();
      this.#runs.add(job);
      this.#paint();
      await this.#runs.refresh();
      this.#runs.follow(job.id);
    } catch (error) {
      this.#button.disabled = false;
      say(this.#say, error.status === 401 ? words.key : error.message);
    }
  }

  #paint() {
    const job = this.#id && this.#runs.get(this.#id);
    if (!job) return;
    const { epochs } = job.progress;
    for (const metrics of job.metrics.slice(this.#lines.children.length)) {
      const { epoch, line, beside } = epochLine(metrics, epochs);
      this.#lines.append(element("li", { "data-epoch": epoch, "data-validation": metrics.validation_accuracy, "data-test": metrics.test_accuracy ?? null }, element("code", {}, line), " ", element("small", {}, beside)));
    }
    say(this.#say, stateOf(job));
    this.#button.disabled = underWay(job);
    if (!underWay(job)) say(this.#button, words.again);
  }
}

/** As `Keyring` wants it. */
function keyForm() {
  return element("form", { class: "card", hidden: true },
    element("p", { id: "key-say", role: "status" }),
    element("p", { class: "buttons" }, element("label", { for: "epochs-key" }, words.keyLabel), element("input", { id: "epochs-key", type: "password", autocomplete: "off" }), element("button", {}, words.send), element("button", { type: "button" }, words.cancel)));
}
