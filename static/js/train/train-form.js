/** The form that starts a run: presets as cards, a sentence for each field, the server's objections beside the field. */

import { element, find, findAll, say } from "../ui/dom.js";
import { FIELDS, PRESETS, toRequest } from "./train-fields.js";

export class TrainForm {
  #form;
  #busy = false; // a run is being started
  #presets = {}; // name -> what it puts into each field; empty until the service has said so

  /** `start(request)`: async; throws an ApiError when it is refused. */
  constructor(form, start) {
    this.#form = form;
    find("#presets", form).append(...Object.entries(PRESETS).map(([name, preset]) => presetCard(name, preset)));
    for (const field of FIELDS) {
      find(field.more ? "#more-fields" : "#main-fields", form).append(fieldRow(field));
    }
    form.addEventListener("change", () => this.#showPreset());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(start);
    });
    this.#showPreset();
  }

  /** `presets`: {fast: {epochs: 5, …}, …} */
  offerPresets(presets) {
    this.#presets = presets;
    this.#showPreset();
  }

  /** `models`: [{id, name}] that a run may start from. */
  offerModels(models) {
    const select = find("[name=base_model]", this.#form);
    const chosen = select.value;
    select.replaceChildren(element("option", { value: "" }, "random weights"), ...models.map(({ id, name }) => element("option", { value: id }, name || id)));
    select.value = chosen;
  }

  #values() {
    const data = new FormData(this.#form);
    return { ...Object.fromEntries(data), activate: data.has("activate") };
  }

  #showPreset() {
    const values = this.#presets[this.#values().preset] ?? {};
    for (const { name, options, texts } of FIELDS) {
      const input = find(`[name=${name}]`, this.#form);
      if (!(name in values)) continue;
      if (!options) input.placeholder = [values[name] ?? "all"].flat().join(", ");
      else input.options[0].textContent = `${texts ? texts[options.indexOf(String(values[name]))] : values[name]} (preset)`;
    }
  }

  async #submit(start) {
    if (this.#busy) return;
    this.#objections([]);
    this.#busy = true;
    try {
      await start(toRequest(this.#values()));
    } catch (error) {
      this.#objections(error.errors ?? [], error.message);
    } finally {
      this.#busy = false;
    }
  }

  #objections(errors, message = "") {
    for (const node of findAll(".field-error", this.#form)) say(node, "");
    for (const node of findAll("[aria-invalid]", this.#form)) node.removeAttribute("aria-invalid");
    for (const { field, message: text } of errors) {
      const input = find(`[name="${CSS.escape(field)}"]`, this.#form);
      const place = input && find(`#error-${CSS.escape(field)}`, this.#form);
      if (!place) continue;
      input.setAttribute("aria-invalid", "true");
      say(place, text);
      if (input.closest("details")) input.closest("details").open = true;
    }
    say(find("#train-error", this.#form), message);
    find("[aria-invalid]", this.#form)?.focus();
  }
}

function presetCard(name, { title, words }) {
  const radio = element("input", { type: "radio", name: "preset", value: name, checked: name === "fast" });
  return element("label", { class: "preset" }, radio, element("span", {}, element("strong", {}, title), " ", element("span", { class: "hint" }, words)));
}

function fieldRow({ name, label, words, options, texts, type, min, max, step, pattern }) {
  const describedby = `help-${name} error-${name}`;
  const id = `field-${name}`;
  const choices = () => [element("option", { value: "" }, "preset"), ...options.map((value, at) => element("option", { value }, texts ? texts[at] : value))];
  const input = options
    ? element("select", { id, name, "aria-describedby": describedby }, choices())
    : element("input", { id, name, type, min, max, step, pattern, "aria-describedby": describedby, autocomplete: "off", inputmode: type === "number" ? "decimal" : null });
  return element(
    "div",
    { class: "field" },
    element("label", { for: id }, label),
    input,
    element("p", { class: "hint", id: `help-${name}` }, words),
    element("p", { class: "field-error", id: `error-${name}` }),
  );
}
