/** Connects the fourth part of the page: the form, the runs, their curves, the models and their mistakes. */

import * as api from "../service/api.js";
import { accuracySeries, lossSeries, normSeries, saturationSeries } from "./curves.js";
import { find, findAll, onceAFrame, say } from "../ui/dom.js";
import { accuracy, number } from "../ui/format.js";
import { Keyring } from "../service/keyring.js";
import { LineChart } from "../ui/line-chart.js";
import { MistakesView } from "./mistakes-view.js";
import { ModelsView } from "./models-view.js";
import { RUNS } from "../ui/palette.js";
import { Runs } from "./runs.js";
import { RunsTable } from "./runs-table.js";
import { RunsView } from "./runs-view.js";
import { TrainForm } from "./train-form.js";
import { fill, words } from "../ui/words.js";

const DRAWN_AT_FIRST = 4;
const RETRY = 2000; // milliseconds

export class Training {
  #runs = new Runs();
  #keyring = new Keyring(find("#key-form"));
  #colours = new Map(); // id of a drawn run -> its colour
  #touched = false; // the reader has chosen what is drawn
  #models = [];
  #charts = charts();
  #table = new RunsTable(find("#runs-table"));
  #paintSoon = onceAFrame(() => this.#paint());

  /**
   * `page`: {looked(): the id of the model that the page draws with, or null; look(id); openSample(index); tell(text);
   * changed(): what belongs in the link has changed; modelChanged(): predictions may differ now}.
   */
  constructor(page) {
    this.page = page;
    const { weightsPath } = api;
    this.form = new TrainForm(find("#train-form"), (request) => this.#start(request));
    this.list = new RunsView(find("#jobs"), { cancel: (id) => this.#cancel(id), activate: (id) => this.#activate(id), toggle: (id) => this.#toggle(id), weightsPath });
    this.networks = new ModelsView(find("#models"), {
      activate: (id) => this.#activate(id),
      look: (id) => this.#look(id),
      examine: (id, name) => this.#examine(id, name),
      remove: (id, name) => this.#remove(id, name),
      upload: (file) => this.#upload(file),
      weightsPath,
    });
    this.mistakes = new MistakesView(find("#examination"), (sample) => page.openSample(sample));
    this.#runs.addEventListener("change", () => this.#paintSoon());
    this.#runs.addEventListener("away", ({ detail }) => say(find("#train-error"), detail ? fill(words.train.tryingAgain, { message: detail }) : ""));
    this.#runs.addEventListener("finished", ({ detail }) => this.#finished(detail));
  }

  get drawn() { return [...this.#colours.keys()]; }

  /** `drawn`: the ids of the runs whose curves the link shows. */
  begin(drawn) {
    for (const id of drawn) this.#draw(id);
    this.#touched = drawn.length > 0;
    this.#runs.refresh();
    this.#listModels();
    this.#listFields();
  }

  async #listFields() {
    try {
      this.form.offerFields(...(await Promise.all([api.hyperparameters(), api.presets()])));
    } catch {
      setTimeout(() => this.#listFields(), RETRY);
    }
  }

  async #start(request) {
    const job = await this.#keyring.with(() => api.train(request));
    this.#runs.add(job);
    this.#draw(job.id);
    this.page.changed();
    say(find("#run-news"), words.runs.started); // first: the list may say that it is over
    await this.#runs.refresh();
    find(`[data-job="${CSS.escape(job.id)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  #cancel(id) {
    return this.#act(async () => {
      await api.cancelJob(id);
      await this.#runs.refresh();
    });
  }

  #activate(id) {
    return this.#act(async () => {
      await api.activate(id);
      this.page.look(null);
      this.page.modelChanged();
      await this.#listModels();
      this.networks.say(words.models.activated);
    });
  }

  #remove(id, name) {
    if (!confirm(fill(words.models.confirmDelete, { name }))) return null;
    return this.#act(async () => {
      await api.deleteModel(id);
      if (this.page.looked() === id) this.page.look(null);
      await this.#listModels();
      this.networks.say(fill(words.models.deleted, { name }));
    });
  }

  #upload(file) {
    return this.#act(async () => {
      const model = await api.uploadModel(file, file.name.replace(/\.npz$/, ""));
      await this.#listModels();
      this.networks.say(fill(words.models.stored, model));
    });
  }

  #look(id) {
    this.page.look(id);
    this.#paintModels();
  }

  #examine(id, name) {
    this.mistakes.show(id, name);
    find("#examination").scrollIntoView({ block: "nearest" });
  }

  async #act(work) {
    try {
      await this.#keyring.with(work);
    } catch (error) {
      this.networks.say(error.message);
      this.page.tell(error.message);
    }
  }

  async #finished(job) {
    const { over, overTested, ended } = words.runs;
    const end = { name: job.name, state: ended[job.state], accuracy: accuracy(job.test_accuracy) };
    say(find("#run-news"), fill(job.test_accuracy === null ? over : overTested, end));
    await this.#listModels();
    if (!job.model) return;
    if (job.request.activate) this.page.modelChanged();
    this.mistakes.show(job.model, job.name || words.runs.newNetwork);
  }

  async #listModels() {
    try {
      const { items } = await api.models();
      this.#models = items;
      this.form.offerModels(items);
      this.#paintModels();
      this.#paintSoon();
    } catch {
      // the list of runs reports that the server is away, and retries
    }
  }

  #paintModels() {
    this.networks.show(this.#models, this.page.looked());
  }

  #draw(id) {
    if (this.#colours.has(id)) return;
    const used = new Set(this.#colours.values());
    this.#colours.set(id, RUNS.find((colour) => !used.has(colour)) ?? RUNS[this.#colours.size % RUNS.length]);
  }

  #toggle(id) {
    this.#touched = true;
    if (!this.#colours.delete(id)) this.#draw(id);
    this.page.changed();
    this.#paintSoon();
  }

  #paint() {
    const jobs = this.#runs.all;
    if (!this.#touched && this.#colours.size === 0) jobs.filter(({ state, metrics }) => state === "running" || metrics.length).slice(0, DRAWN_AT_FIRST).forEach(({ id }) => this.#draw(id));
    const active = this.#models.find((model) => model.active)?.id;
    find("#jobs-empty").hidden = jobs.length > 0;
    for (const node of findAll(".with-runs")) node.hidden = jobs.length === 0;
    this.list.show(jobs, (id) => this.#colours.get(id) ?? null, active);
    this.#table.show(jobs);
    const drawn = jobs.filter(({ id }) => this.#colours.has(id)).map((job) => ({ job, colour: this.#colours.get(job.id), losses: this.#runs.losses(job.id) }));
    this.#charts.loss.show(lossSeries(drawn));
    this.#charts.accuracy.show(accuracySeries(drawn));
    this.#charts.norms.show(normSeries(drawn));
    this.#charts.saturation.show(saturationSeries(drawn));
  }
}

function charts() {
  const percent = (value) => `${number(value)} %`;
  const said = words.runs;
  const chart = (id, title, y, options) => new LineChart(find(id), { title, x: said.epochAxis, y, ...options });
  return {
    loss: chart("#chart-loss", said.lossChart, said.lossAxis, { log: true }),
    accuracy: chart("#chart-accuracy", said.accuracyChart, said.accuracyAxis, { writeY: percent }),
    norms: chart("#chart-norms", said.normsChart, said.normsAxis, { log: true }),
    saturation: chart("#chart-saturation", said.saturationChart, said.saturationAxis, { writeY: percent }),
  };
}
