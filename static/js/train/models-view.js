/** The stored models: use, look into, examine, download, delete, upload. */

import { element, find, say } from "../ui/dom.js";
import { accuracy } from "../ui/format.js";

export class ModelsView {
  #body;
  #root;
  #actions;

  /** `actions`: {activate(id), look(id), examine(id, name), remove(id), weightsPath(id), upload(file)}; all async. */
  constructor(root, actions) {
    this.#root = root;
    this.#actions = actions;
    this.#body = find("tbody", root);
    find("#upload", root).addEventListener("change", ({ target }) => this.#upload(target));
  }

  /** `looked`: the model that the page draws with; `models` as the service lists them. */
  show(models, looked) {
    const focused = document.activeElement?.dataset?.key;
    this.#body.replaceChildren(...models.map((model) => this.#row(model, looked)));
    if (focused) this.#focus(focused);
  }

  /** Where it was before the rows were made anew, or beside it. */
  #focus(key) {
    const same = this.#body.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const usable = same?.disabled ? same.parentNode.querySelector("button:enabled") : same;
    (usable ?? find("button:enabled", this.#body)).focus({ preventScroll: true });
  }

  say(text) {
    say(find("#models-say", this.#root), text);
  }

  #row(model, looked) {
    const { id, name, layers, activation, features, active } = model;
    const title = name || id;
    const act = (word, work, disabled = false) =>
      element("button", { type: "button", "data-key": `${word} ${id}`, "aria-label": `${word}: ${title}`, disabled, onclick: work }, word);
    return element(
      "tr",
      { "data-model": id, "data-active": String(active) },
      element("th", { scope: "row" }, title, active ? element("span", { class: "tag" }, "in use") : null, id === looked && !active ? element("span", { class: "tag" }, "shown here") : null),
      element("td", {}, layers.join(" – ")),
      element("td", {}, activation),
      element("td", {}, features),
      element("td", { class: "numeric" }, accuracy(model.test_accuracy)),
      element(
        "td",
        { class: "row-actions" },
        act("Use it", () => this.#actions.activate(id), active),
        act(id === looked ? "Leave" : "Try here", () => this.#actions.look(id === looked ? null : id)),
        act("Mistakes", () => this.#actions.examine(id, title)),
        element("a", { class: "button", href: this.#actions.weightsPath(id), download: `${id}.npz`, "aria-label": `Download: ${title}` }, "Download"),
        act("Delete", () => this.#actions.remove(id, title), active),
      ),
    );
  }

  async #upload(input) {
    const [file] = input.files;
    if (!file) return;
    this.say(`Sending ${file.name} …`);
    await this.#actions.upload(file);
    input.value = "";
  }
}
