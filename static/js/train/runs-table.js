/** A table that compares runs; a click on a column's head sorts by it. Settings that all runs share are left out. */

import { element, say } from "../ui/dom.js";
import { accuracy, count, duration } from "../ui/format.js";
import { words } from "../ui/words.js";

const { columns, random, values } = words.runs;
const plain = (value) => values[value] ?? String(value ?? "–");
const setting = (name, write = plain) => ({ title: columns[name], value: ({ request }) => request[name], write, ifDifferent: true });
const seconds = ({ metrics }) => (metrics.length ? metrics.reduce((sum, each) => sum + each.seconds, 0) : null);

const COLUMNS = [
  { title: columns.run, value: (job) => job.name || job.request.preset, write: String },
  { title: columns.test, value: (job) => job.test_accuracy, write: accuracy, numeric: true },
  { title: columns.validation, value: (job) => job.validation_accuracy ?? job.metrics.at(-1)?.validation_accuracy ?? null, write: accuracy, numeric: true },
  { title: columns.epochs, value: ({ metrics }) => metrics.length, write: String, numeric: true },
  { title: columns.time, value: seconds, write: duration, numeric: true },
  { ...setting("learning_rate"), numeric: true, ifDifferent: false },
  { ...setting("batch_size"), numeric: true },
  { ...setting("momentum"), numeric: true },
  { ...setting("weight_decay"), numeric: true },
  setting("schedule"),
  setting("hidden_layers", (value) => (value ?? []).join(", ") || "–"),
  setting("activation"),
  setting("initialization"),
  setting("augment"),
  { ...setting("early_stopping", (value) => (value ? String(value) : words.train.none)), numeric: true },
  setting("rescale", (value) => ((value ?? true) ? words.train.yes : words.train.no)),
  setting("deskew", (value) => (value ? words.train.yes : words.train.no)),
  setting("features", (value) => words.features.names[value ?? "pixels"]),
  { ...setting("train_examples", (value) => (value === null || value === undefined ? words.train.all : count(value))), numeric: true },
  { ...setting("seed"), numeric: true },
  setting("mistake", (value) => (value ? String(value) : words.train.none)),
  { title: columns.base_model, value: ({ from }) => from, write: (value) => value ?? random, ifDifferent: true },
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

  /** `jobs`: each with the name of the network that it starts `from`, or null. */
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

  /** Rewrite cells in place, so that a selected text in the table stays selected. */
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

/** Compare for sorting; a missing value always comes last. */
function compare(a, b, down) {
  const missing = (value) => value === null || value === undefined;
  if (missing(a) || missing(b)) return missing(a) - missing(b);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}
