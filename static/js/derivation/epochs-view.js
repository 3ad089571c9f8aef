/** The text's ten epochs, run live: a button that starts the recipe "blog", and the lines that its loop prints. */

import { Keyring } from "../service/keyring.js";
import { cancelJob, getJob, train } from "../service/api.js";
import { Runs, underWay } from "../train/runs.js";
import { element, say } from "../ui/dom.js";
import { epochLine, stateOf } from "./epochs.js";
import { said } from "./words.js";

const { epochs: words } = said;
const KEPT = "byhand-epochs"; // the name in the tab's storage
const REQUEST = { preset: "blog", name: "blog" };

export class EpochsView {
  #runs = new Runs();
  #keyring;
  #id = null;
  #button = element("button", { type: "button", id: "epochs-start", class: "primary", onclick: () => this.#start() }, words.start);
  #stop = element("button", { type: "button", id: "epochs-stop", hidden: true, onclick: () => this.#cancel() }, words.stop);
  #lines = element("ol", { id: "epoch-lines", class: "epoch-lines" });
  #say = element("p", { id: "epochs-say", class: "readout" });
  #form = keyForm();

  constructor(node) {
    node.replaceChildren(element("p", {}, words.about), element("p", { class: "buttons" }, this.#button, " ", this.#stop), this.#form, element("div", { role: "log" }, this.#lines), this.#say, element("p", { class: "hint" }, words.looking));
    this.#keyring = new Keyring(this.#form);
    this.#runs.addEventListener("change", () => this.#paint());
    this.#runs.addEventListener("finished", () => this.#paint());
    this.#takeUp();
  }

  /** The run of this tab goes on being shown after a look at another page. */
  async #takeUp() {
    const id = remembered();
    if (id === null) return;
    const job = await getJob(id).catch(() => null); // of another server, or long gone
    if (job && this.#id === null) this.#follow(job);
  }

  async #start() {
    this.#button.disabled = true;
    try {
      const job = await this.#keyring.with(() => train(REQUEST));
      remember(job.id);
      this.#lines.replaceChildren();
      await this.#follow(job);
    } catch (error) {
      this.#button.disabled = false;
      say(this.#say, error.status === 401 ? words.key : error.message);
    }
  }

  async #follow(job) {
    this.#id = job.id;
    this.#runs.add(job);
    this.#paint();
    if (!underWay(job)) return;
    await this.#runs.refresh();
    this.#runs.follow(job.id);
  }

  async #cancel() {
    try {
      await this.#keyring.with(() => cancelJob(this.#id));
      await this.#runs.refresh();
    } catch (error) {
      say(this.#say, error.message);
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
    this.#stop.hidden = !underWay(job);
    if (!underWay(job)) say(this.#button, words.again);
  }
}

function remember(id) {
  try {
    sessionStorage.setItem(KEPT, id);
  } catch {
    // no storage: the run is shown until the page is left
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** As `Keyring` wants it. */
function keyForm() {
  return element("form", { class: "card", hidden: true },
    element("p", { id: "key-say", role: "status" }),
    element("p", { class: "buttons" }, element("label", { for: "epochs-key" }, words.keyLabel), element("input", { id: "epochs-key", type: "password", autocomplete: "off" }), element("button", {}, words.send), element("button", { type: "button" }, words.cancel)));
}
