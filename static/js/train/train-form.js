/** The form that starts a run: presets as cards, an explanation of each field, the server's errors beside the fields. */

import { element, find, findAll, say } from "../ui/dom.js";
import { BASE_MODEL, DATASET, inputOf, presetText, toRequests } from "./train-fields.js";
import { fill, words } from "../ui/words.js";

const said = words.train;

export class TrainForm {
  #form;
  #busy = false; // a run is being started
  #fields = []; // as train-fields.js has them; none until the service has said which there are,
  #presets = {}; // and what each preset, by its name, puts into them
  #models = [];
  #datasets = [];
  #forHand = false; // the recipe "Your hand" has set two fields
  reading = ""; // the id of the network that reads on the pad
  #mistake = null; // the one that a link asked for, until there are fields

  /** `start(request)`: async; throws an ApiError when it is refused. */
  constructor(form, start) {
    this.#form = form;
    find("#presets", form).append(...Object.entries(said.presets).map(([name, preset]) => presetCard(name, preset)));
    form.addEventListener("change", ({ target }) => {
      if (target.name === "preset") this.#suitHand(target.value);
      this.#showPreset();
    });
    form.addEventListener("input", ({ target }) => this.#mended(target));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(start);
    });
  }

  /** `hyperparameters`: the fields, in order; `presets`: {fast: {epochs: 5, …}, …}. */
  offerFields(hyperparameters, presets) {
    this.#fields = [DATASET, ...hyperparameters, BASE_MODEL];
    this.#presets = presets;
    const rows = (main) => this.#fields.filter((field) => field.main === main).map(fieldRow);
    find("#main-fields", this.#form).replaceChildren(...rows(true));
    find("#more-fields", this.#form).replaceChildren(...rows(false));
    this.offerModels(this.#models);
    this.offerDatasets(this.#datasets);
    if (this.#mistake) this.chooseMistake(this.#mistake);
    this.#showPreset();
  }

  /** Choose the mistake with this number; any other number, of which there is none, changes nothing. */
  chooseMistake(number) {
    const select = find("[name=mistake]", this.#form);
    this.#mistake = select ? null : number; // the fields come later
    if (![...(select?.options ?? [])].some(({ value }) => value === number)) return;
    select.value = number;
    if (select.closest("details")) select.closest("details").open = true;
    this.#showPreset();
  }

  /** `models`: [{id, name}] that a run may start from. */
  offerModels(models) {
    this.#models = models;
    this.#offer("base_model", said.randomWeights, models);
  }

  /** `datasets`: [{id, name}] besides MNIST; `chosen`: the id of the one to choose now, if any. */
  offerDatasets(datasets, chosen = null) {
    this.#datasets = datasets;
    this.#offer("dataset", said.mnist, datasets, chosen);
  }

  #offer(name, first, items, choose = null) {
    const select = find(`[name=${name}]`, this.#form);
    if (!select) return; // the fields come later
    const chosen = choose ?? select.value;
    select.replaceChildren(element("option", { value: "" }, first), ...items.map(({ id, name: shown }) => element("option", { value: id }, shown || id)));
    select.value = items.some(({ id }) => id === chosen) ? chosen : "";
  }

  /** Whether there are samples that a run can learn. */
  offerSamples(there) {
    const box = find("[name=samples]", this.#form);
    box.closest("label").hidden = !there;
    if (!there) box.checked = false;
  }

  /** The fields that are offered; none before the service has said which. */
  get fields() { return this.#fields.filter((field) => field !== BASE_MODEL); }

  showMistake() {
    find("[name=mistake]", this.#form)?.scrollIntoView({ block: "center" });
  }

  #values() {
    const data = new FormData(this.#form);
    return { ...Object.fromEntries(data), activate: data.has("activate"), beside: find("#beside-too", this.#form).checked };
  }

  /** The recipe for one's own hand learns the drawings that are kept, from the network in use on. */
  #suitHand(preset) {
    if (preset !== "hand" && !this.#forHand) return;
    this.#forHand = preset === "hand";
    const box = find("[name=samples]", this.#form);
    const there = !box.closest("label").hidden;
    box.checked = this.#forHand && there;
    const from = find("[name=base_model]", this.#form);
    if (from) from.value = this.#forHand && [...from.options].some(({ value }) => value === this.reading) ? this.reading : "";
    if (this.#forHand && from?.closest("details")) from.closest("details").open = true;
    say(find("#train-error", this.#form), this.#forHand && !there ? said.noSamples : "");
  }

  /** What was objected to a field is over once it is changed. */
  #mended(input) {
    if (!input.hasAttribute("aria-invalid")) return;
    input.removeAttribute("aria-invalid");
    say(find(`#error-${CSS.escape(input.name)}`, this.#form), "");
    say(find("#train-error", this.#form), "");
  }

  #showPreset() {
    const chosen = this.#values();
    find("#beside", this.#form).hidden = !chosen.mistake;
    const values = this.#presets[chosen.preset] ?? {};
    for (const field of this.#fields) {
      if (!(field.name in values)) continue;
      const input = find(`[name=${field.name}]`, this.#form);
      const text = presetText(field, values[field.name]);
      if (input.options) input.options[0].textContent = fill(said.fromPreset, { value: text });
      else input.placeholder = text;
    }
  }

  async #submit(start) {
    if (this.#busy) return;
    this.#objections([]);
    this.#busy = true;
    try {
      for (const request of toRequests(this.#values(), this.#fields)) await start(request);
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
      const [name] = field.split("."); // hidden_layers.0 is the first of its sizes
      const input = find(`[name="${CSS.escape(name)}"]`, this.#form);
      const place = input && find(`#error-${CSS.escape(name)}`, this.#form);
      if (!place) continue;
      input.setAttribute("aria-invalid", "true");
      say(place, text);
      if (input.closest("details")) input.closest("details").open = true;
    }
    say(find("#train-error", this.#form), message);
    find("[aria-invalid]", this.#form)?.focus();
  }
}

function presetCard(name, { title, words: text }) {
  const radio = element("input", { type: "radio", name: "preset", value: name, checked: name === "fast" });
  return element("label", { class: "preset" }, radio, element("span", {}, element("strong", {}, title), " ", element("span", { class: "hint" }, text)));
}

function fieldRow(field) {
  const { name, label, words: text, choices } = field;
  const common = { id: `field-${name}`, name, "aria-describedby": `help-${name} error-${name}` };
  const options = choices?.map(({ value, label: shown }) => element("option", { value }, shown));
  const input = options
    ? element("select", common, element("option", { value: "" }, said.preset), options)
    : element("input", { ...common, ...inputOf(field), autocomplete: "off" });
  return element(
    "div",
    { class: "field" },
    element("label", { for: common.id }, label),
    input,
    element("p", { class: "hint", id: `help-${name}` }, text),
    element("p", { class: "field-error", id: `error-${name}` }),
  );
}
