/** The list of runs: state, progress with time left, and actions. Rows are updated in place, so that focus and hover survive. */

import { element, find, handOn, say } from "../ui/dom.js";
import { accuracy, duration, number } from "../ui/format.js";
import { changeText, cureOf } from "./cures.js";
import { underWay } from "./runs.js";
import { fill, fillCount, words } from "../ui/words.js";

const said = words.runs;

export class RunsView {
  #list;
  #rows = new Map();
  #actions;

  /** `actions`: {cancel(id), cure(id, change), fields() as train-fields.js has them, read(model), toggle(id), watch(id), weightsPath(model)}. */
  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  /** `colourOf(id)`: the colour of a run's curves, or null if it is not drawn; `reading`: the id of the network that reads on the pad. */
  show(jobs, colourOf, reading) {
    for (const [id, row] of this.#rows) {
      if (jobs.some((job) => job.id === id)) continue;
      row.node.remove();
      this.#rows.delete(id);
    }
    jobs.forEach((job, index) => {
      if (!this.#rows.has(job.id)) this.#rows.set(job.id, this.#row(job.id));
      const { node } = this.#rows.get(job.id);
      if (this.#list.children[index] !== node) this.#list.insertBefore(node, this.#list.children[index] ?? null);
      this.#fill(this.#rows.get(job.id), job, colourOf(job.id), reading);
    });
  }

  #row(id) {
    const drawn = element("input", { type: "checkbox", onchange: () => this.#actions.toggle(id) });
    const name = element("span", { class: "run-name" });
    const state = element("span", { class: "run-state" });
    const bar = element("progress", { max: 1 });
    const words = element("p", { class: "run-words" });
    const hints = element("ul", { class: "run-hints" });
    const cancel = element("button", { type: "button", onclick: () => this.#actions.cancel(id) }, said.cancel);
    const watch = element("button", { type: "button", onclick: () => this.#actions.watch(id) }, said.watch);
    const read = element("button", { type: "button", onclick: () => this.#actions.read(read.dataset.network) }, said.read);
    const download = element("a", { class: "button", download: true }, said.download);
    const node = element(
      "li",
      { "data-job": id },
      element("div", { class: "run-head" }, element("label", { class: "run-label" }, drawn, element("span", { class: "swatch", "aria-hidden": "true" }), name), state),
      bar,
      element("div", { class: "run-foot" }, words, element("div", { class: "run-actions" }, watch, cancel, read, download)),
      hints,
    );
    return { node, drawn, name, state, bar, words, hints, watch, cancel, read, download };
  }

  #fill(row, job, colour, reading) {
    const running = underWay(job);
    row.node.dataset.state = job.state;
    row.drawn.checked = colour !== null;
    find(".swatch", row.node).style.background = colour ?? "transparent";
    say(row.name, job.name || fill(said.unnamed, job.request));
    say(row.state, job.cancel_requested && running ? said.states.stopping : said.states[job.state]);
    row.bar.hidden = job.state !== "running";
    row.bar.value = job.progress.steps ? job.progress.step / job.progress.steps : 0;
    row.bar.setAttribute("aria-label", fill(said.progress, { name: row.name.textContent }));
    say(row.words, this.#words(job));
    this.#fillHints(row.hints, job);
    if (!running || job.cancel_requested) handOn(row.cancel, row.drawn);
    row.cancel.hidden = !running;
    row.cancel.disabled = job.cancel_requested === true;
    row.watch.hidden = !running || job.id === reading;
    for (const node of [row.read, row.download]) node.hidden = !job.model;
    if (!job.model) return;
    if (job.model === reading) handOn(row.read, row.download);
    row.read.dataset.network = job.model;
    row.read.disabled = job.model === reading;
    say(row.read, job.model === reading ? said.reads : said.read);
    row.download.href = this.#actions.weightsPath(job.model);
    row.download.setAttribute("download", `${job.model}.npz`);
  }

  /** Rows are added and never written anew, so that the button of a cure keeps the focus. */
  #fillHints(list, job) {
    const fields = this.#actions.fields();
    const known = fields.length > 0; // before, a change cannot be told in words
    const texts = [...job.hints, ...(known && job.state === "failed" && cureOf(job, job.error) ? [job.error] : [])];
    if (list.dataset.known !== String(known) || list.children.length > texts.length) list.replaceChildren();
    list.dataset.known = known;
    list.append(...texts.slice(list.children.length).map((text) => this.#hint(job, text, fields)));
  }

  #hint(job, text, fields) {
    const cure = fields.length ? cureOf(job, text) : null;
    const shown = text === job.error ? [] : [text, " "]; // the error stands above
    if (!cure) return element("li", {}, shown);
    const label = fill(said.tryCure, { change: changeText(cure.change, fields) });
    return element("li", {}, shown, element("button", { type: "button", class: "cure", onclick: () => this.#actions.cure(job.id, cure.change) }, label));
  }

  #words(job) {
    const { epoch, epochs, eta_seconds: eta } = job.progress;
    const last = job.metrics.at(-1);
    if (job.state === "queued") return job.waits_for ?? said.waiting;
    if (job.state === "paused") return fill(said.paused, { epoch: job.metrics.length, epochs });
    if (job.state === "failed") return job.error ?? said.failedSilently;
    const share = job.validation_accuracy ?? last?.validation_accuracy;
    const reached = last ? fill(said.reached, { accuracy: accuracy(share), loss: number(last.validation_loss) }) : "";
    if (job.state === "running") {
      const known = eta !== null && eta !== undefined;
      const at = { epoch: Math.min(epoch, epochs), epochs, left: duration(eta) };
      return [fill(known ? said.epochLeft : said.epoch, at), reached].filter(Boolean).join(" · ");
    }
    const test = job.test_accuracy === null ? "" : fill(said.test, { accuracy: accuracy(job.test_accuracy) });
    const n = job.metrics.length;
    const done = job.stopped_early ? job.stopped_early.message : job.state === "cancelled" ? fill(said.stopped, { n, epochs }) : fillCount(said.epochs, n, { n });
    return [done, test, reached].filter(Boolean).join(" · ");
  }
}
