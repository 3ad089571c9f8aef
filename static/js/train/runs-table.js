/** Runs side by side; a click on a column's head sorts by it. Settings that all runs share are left out. */

import { element, say } from "../ui/dom.js";
import { accuracy, duration } from "../ui/format.js";

const plain = (value) => String(value ?? "–");
const setting = (name, write = plain) => ({ value: ({ request }) => request[name], write, ifDifferent: true });
const seconds = ({ metrics }) => (metrics.length ? metrics.reduce((sum, each) => sum + each.seconds, 0) : null);

const COLUMNS = [
  { title: "Run", value: (job) => job.name || job.request.preset, write: String },
  { title: "Test", value: (job) => job.test_accuracy, write: accuracy, numeric: true },
  { title: "Validation", value: (job) => job.validation_accuracy ?? job.metrics.at(-1)?.validation_accuracy ?? null, write: accuracy, numeric: true },
  { title: "Epochs", value: ({ metrics }) => metrics.length, write: String, numeric: true },
  { title: "Time", value: seconds, write: duration, numeric: true },
  { title: "α", ...setting("learning_rate"), numeric: true, ifDifferent: false },
  { title: "Batch", ...setting("batch_size"), numeric: true },
  { title: "Momentum", ...setting("momentum"), numeric: true },
  { title: "Decay", ...setting("weight_decay"), numeric: true },
  { title: "Schedule", ...setting("schedule") },
  { title: "Hidden", ...setting("hidden_layers", (value) => (value ?? []).join(", ") || "–") },
  { title: "Activation", ...setting("activation") },
  { title: "First weights", ...setting("initialization") },
  { title: "Distortions", ...setting("augment") },
  { title: "Straighten", ...setting("deskew", (value) => (value ? "yes" : "no")) },
  { title: "Features", ...setting("features", (value) => value ?? "pixels") },
  { title: "Digits", ...setting("train_examples", (value) => (value ?? "all").toLocaleString("en-GB")), numeric: true },
  { title: "Seed", ...setting("seed"), numeric: true },
  { title: "Start from", ...setting("base_model", (value) => value ?? "random") },
];

export class RunsTable {
  #body = element("tbody");
  #heads;
  #sort = { column: 1, down: true };
  #jobs = [];

  constructor(table) {
    this.#heads = COLUMNS.map(({ title, numeric }, index) =>
      element("th", { scope: "col", class: numeric ? "numeric" : null }, element("button", { type: "button", onclick: () => this.#by(index) }, title)),
    );
    table.append(element("thead", {}, element("tr", {}, this.#heads)), this.#body);
  }

  show(jobs) {
    this.#jobs = jobs;
    const { column, down } = this.#sort;
    const { value } = COLUMNS[column];
    const sorted = [...jobs].sort((a, b) => compare(value(a), value(b), down));
    this.#heads.forEach((head, index) => head.setAttribute("aria-sort", index === column ? (down ? "descending" : "ascending") : "none"));
    this.#rows(sorted.map((job) => COLUMNS.map(({ value: pick, write }) => write(pick(job)))));
    this.#hide(COLUMNS.map(({ value: pick, write, ifDifferent }) => ifDifferent && new Set(jobs.map((job) => write(pick(job)))).size < 2));
  }

  #hide(hidden) {
    const rows = [this.#heads, ...Array.from(this.#body.rows, ({ cells }) => [...cells])];
    for (const cells of rows) cells.forEach((cell, column) => (cell.hidden = hidden[column]));
  }

  /** Cells are rewritten in place, so that a selection in the table outlives the next event. */
  #rows(texts) {
    while (this.#body.rows.length > texts.length) this.#body.deleteRow(-1);
    while (this.#body.rows.length < texts.length) {
      this.#body.append(element("tr", {}, COLUMNS.map(({ numeric }) => element("td", { class: numeric ? "numeric" : null }))));
    }
    texts.forEach((cells, row) => cells.forEach((text, column) => say(this.#body.rows[row].cells[column], text)));
  }

  #by(column) {
    this.#sort = { column, down: this.#sort.column === column ? !this.#sort.down : COLUMNS[column].numeric === true };
    this.show(this.#jobs);
  }
}

/** Nothing known always comes last. */
function compare(a, b, down) {
  const missing = (value) => value === null || value === undefined;
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}
