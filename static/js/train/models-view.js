/** The list of stored models, with actions to activate, look into, evaluate, download, delete and upload. */

import { element, find, say } from "../ui/dom.js";
import { accuracy } from "../ui/format.js";
import { fill, words } from "../ui/words.js";

const said = words.models;

export class ModelsView {
  #body;
  #root;
  #actions;

  /** `actions`: {activate(id), read(id), examine(id, name), remove(id), weightsPath(id), upload(file)}; all async. */
  constructor(root, actions) {
    this.#root = root;
    this.#actions = actions;
    this.#body = find("tbody", root);
    find("#upload", root).addEventListener("change", ({ target }) => this.#upload(target));
  }

  /** `models` as the service lists them; `reading`: the id of the one that reads on the pad. */
  show(models, reading) {
    const focused = document.activeElement?.dataset?.key;
    this.#body.replaceChildren(...models.map((model) => this.#row(model, reading)));
    if (focused) this.#focus(focused);
  }

  /** Restore the focus after the rows were replaced: to the same control or the one beside it. */
  #focus(key) {
    const same = this.#body.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const usable = same?.disabled ? same.parentNode.querySelector("button:enabled") : same;
    (usable ?? find("button:enabled", this.#body)).focus({ preventScroll: true });
  }

  say(text) {
    say(find("#models-say", this.#root), text);
  }

  #row(model, reading) {
    const { id, name, layers, activation, features, active, bundled } = model;
    const title = name || id;
    const about = (action) => fill(said.actionOn, { action, name: title });
    const act = (word, work, disabled = false) =>
      element("button", { type: "button", "data-key": `${word} ${id}`, "aria-label": about(word), disabled, onclick: work }, word);
    const tag = (word) => element("span", { class: "tag" }, word);
    return element(
      "tr",
      { "data-model": id, "data-active": String(active) },
      element("th", { scope: "row" }, title, active ? tag(said.inUse) : null, id === reading ? tag(said.readsHere) : null),
      element("td", {}, layers.join(" – ")),
      element("td", {}, activation),
      element("td", {}, words.features.names[features]),
      element("td", { class: "numeric", "data-before": said.testBefore }, accuracy(model.test_accuracy)),
      element(
        "td",
        { class: "row-actions" },
        act(said.read, () => this.#actions.read(id), id === reading),
        act(said.activate, () => this.#actions.activate(id), active),
        act(said.mistakes, () => this.#actions.examine(id, title)),
        element("a", { class: "button", href: this.#actions.weightsPath(id), download: `${id}.npz`, "aria-label": about(said.download) }, said.download),
        bundled ? null : act(said.delete, () => this.#actions.remove(id, title), active),
      ),
    );
  }

  async #upload(input) {
    const [file] = input.files;
    if (!file) return;
    this.say(fill(said.sending, { file: file.name }));
    await this.#actions.upload(file);
    input.value = "";
  }
}
