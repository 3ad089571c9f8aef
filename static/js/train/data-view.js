/** Own data: a form that sends it, what was found in it, and the data sets there are. */

import { element, find, say } from "../ui/dom.js";
import { bringDataset, dataset } from "../service/api.js";
import { count } from "../ui/format.js";
import { partsOf } from "./data-files.js";
import { paintGrey } from "../ui/paint-grey.js";
import { fill, language, words } from "../ui/words.js";

const said = words.data;

export class DataView {
  #root;
  #actions;
  #busy = false;

  /** `actions`: {changed(id): async, a data set was brought; remove(id, name): async; keyed(work): async, asks for a key if need be}. */
  constructor(root, actions) {
    this.#root = root;
    this.#actions = actions;
    find("#data-form", root).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#bring();
    });
  }

  /** `sets` as the service lists them. */
  show(sets) {
    const list = find("#data-list", this.#root);
    const at = [...list.children].findIndex((row) => row.contains(document.activeElement));
    list.replaceChildren(...sets.map((set) => this.#row(set)));
    find("#data-list-title", this.#root).hidden = sets.length === 0;
    if (at < 0) return;
    const near = list.children[Math.min(at, sets.length - 1)];
    (near ? find("button", near) : find("summary", this.#root)).focus({ preventScroll: true });
  }

  async #bring() {
    if (this.#busy) return;
    const form = find("#data-form", this.#root);
    this.#forget();
    const { parts, unknown } = partsOf([...find("#data-files", form).files]);
    if (unknown) return this.#object(fill(unknown === true ? said.noFiles : said.unknownFile, { file: unknown }));
    this.#busy = true;
    this.#object("");
    say(find("#data-say", this.#root), said.reading);
    try {
      const { name, classes, orientation } = Object.fromEntries(new FormData(form));
      const made = await this.#actions.keyed(() => bringDataset(parts, { name: name.trim() || parts[0].file.name.replace(/\.\w+$/, ""), classes, orientation }));
      this.#found(made);
      form.reset();
      await this.#actions.changed(made.id);
    } catch (error) {
      say(find("#data-say", this.#root), "");
      this.#object(error.message);
    } finally {
      this.#busy = false;
    }
  }

  /** What was found before is not about the files that are sent now. */
  #forget() {
    say(find("#data-say", this.#root), "");
    for (const place of ["#data-notices", "#data-pictures"]) find(place, this.#root).replaceChildren();
  }

  #object(message) {
    say(find("#data-error", this.#root), message);
  }

  async #look(id) {
    try {
      this.#found(await dataset(id));
    } catch (error) {
      this.#object(error.message);
    }
  }

  #found({ name, classes, train_examples: train, validation_examples: validation, test_examples: test, notices, pictures, counts }) {
    const kinds = classes.length ? classes.join(", ") : said.digits;
    const parts = fill(said.found, { name, kinds, train: count(train), validation: count(validation), test: count(test) });
    say(find("#data-say", this.#root), parts);
    find("#data-notices", this.#root).replaceChildren(...notices.map((notice) => element("li", {}, notice)));
    find("#data-pictures", this.#root).replaceChildren(...pictures.map((picture) => drawn(picture, counts)));
  }

  #row(set) {
    const { id, name } = set;
    const kinds = set.classes.length ? set.classes.join(", ") : said.digits;
    const made = new Date(set.created_at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
    const examples = fill(said.examples, { n: count(set.train_examples + set.validation_examples + set.test_examples), kinds, made });
    const about = (action) => fill(words.models.actionOn, { action, name });
    const button = (word, onclick) => element("button", { type: "button", "aria-label": about(word), onclick }, word);
    return element("li", { "data-dataset": id }, element("span", {}, element("strong", {}, name), " ", examples), " ", button(said.look, () => this.#look(id)), " ", button(words.models.delete, () => this.#actions.remove(id, name)));
  }
}

function drawn({ label, class: name, pixels }, counts) {
  const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
  paintGrey(canvas, pixels);
  const shown = name ?? String(label);
  return element("li", { title: fill(said.ofClass, { name: shown, n: count(counts[label]) }) }, canvas, element("span", {}, shown));
}
