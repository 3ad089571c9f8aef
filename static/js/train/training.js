/** Connects the fourth part of the page: the form, the runs, their curves, the models and their mistakes. */

import * as api from "../service/api.js";
import * as curves from "./curves.js";
import { cureRequest } from "./cures.js";
import { find, findAll, onceAFrame, say, whenNear } from "../ui/dom.js";
import { accuracy, number } from "../ui/format.js";
import { Keyring } from "../service/keyring.js";
import { LineChart } from "../ui/line-chart.js";
import { MARKERS } from "../ui/markers.js";
import { ModelsView } from "./models-view.js";
import { RUNS } from "../ui/palette.js";
import { Runs, underWay } from "./runs.js";
import { RunsView } from "./runs-view.js";
import { TrainForm } from "./train-form.js";
import { OwnRuns } from "./own-runs.js";
import { BUNDLED, USUAL } from "../network/choice.js";
import { WatchView } from "./watch-view.js";
import { Watching } from "./watching.js";
import { fill, words } from "../ui/words.js";

const DRAWN_AT_FIRST = 4;
const RETRY = 2000; // milliseconds

export class Training {
  runs = new Runs();
  #own = new OwnRuns();
  #watching;
  keyring = new Keyring(find("#key-form"));
  #colours = new Map(); // id of a drawn run -> its colour
  #touched = false; // the reader has chosen what is drawn
  #models = [];
  filled = null; // the form has its fields
  #charts = charts();
  #sets = []; // of own data
  // Views that many readers never need are loaded when they are: promises of them, else null.
  #mistakes = null;
  #data = null;
  #table = null;
  #lessons = null; // the view itself
  #paintSoon = onceAFrame(() => this.#paint());

  /**
   * `page`: {choice: which network reads on the pad; offer(networks): those that the switch beside the pad lists;
   * openSample(index, model) puts a test digit on the pad and has that network read it; trySample() one, if the pad is blank;
   * removed(id): a network was deleted; tell(text); changed(): what belongs in the link has changed}.
   */
  constructor(page) {
    this.page = page;
    const { weightsPath } = api;
    this.form = new TrainForm(find("#train-form"), (request) => this.#start(request));
    this.form.reading = page.choice.base;
    this.list = new RunsView(find("#jobs"), { cancel: (id) => this.#cancel(id), cure: (id, change) => this.#cure(id, change), fields: () => this.form.fields, read: (id) => page.choice.choose(id), toggle: (id) => this.#toggle(id), watch: (id) => this.#watch(id), weightsPath });
    this.networks = new ModelsView(find("#models"), {
      activate: (id) => this.#activate(id),
      read: (id) => page.choice.choose(id),
      examine: (id, name) => this.#examine(id, name),
      remove: (id, name) => this.#remove(id, name),
      upload: (file) => this.#upload(file),
      weightsPath,
    });
    this.watch = new WatchView(page.choice, {
      pause: (id) => this.#change(() => api.pauseJob(id)),
      resume: (id) => this.#change(() => api.resumeJob(id)),
      oneEpoch: (id) => this.#change(() => api.resumeJob(id, 1)),
      stop: (id) => this.#cancel(id),
    });
    find("#own-data").addEventListener("toggle", () => this.#openData(), { once: true });
    this.runs.addEventListener("change", () => this.#paintSoon());
    this.runs.addEventListener("away", ({ detail }) => say(find("#train-error"), detail ? fill(words.train.tryingAgain, { message: detail }) : ""));
    this.runs.addEventListener("finished", ({ detail }) => this.#finished(detail));
    this.#watching = new Watching(this.runs, page.choice);
    page.choice.addEventListener("change", () => this.#chosen());
  }

  get drawn() { return [...this.#colours.keys()]; }

  /** Whether the reader has chosen which runs are drawn. */
  get chosen() { return this.#touched; }

  /** Draw the curves of these runs and of no others. */
  drawOnly(ids) {
    this.#colours.clear();
    for (const id of ids) this.#draw(id);
    this.#touched = true;
    this.#paintSoon();
  }

  async begin() {
    this.filled = this.#listFields();
    this.#listData();
    await this.runs.refresh();
    this.listModels(); // after the runs: a network of one that is over by now is among them
    if (this.#watching.takeUp(this.page.choice.base)) this.page.trySample();
  }

  async #listFields() {
    try {
      const [fields, presets] = await Promise.all([api.hyperparameters(), api.presets()]);
      this.form.offerFields(fields, presets);
      whenNear(find("#train"), (near) => near && this.#listLessons(fields, presets));
      this.#paintSoon(); // cures are told with the fields' labels
    } catch {
      setTimeout(() => this.#listFields(), RETRY);
    }
  }

  /** Once, when the reader comes near. */
  async #listLessons(fields, presets) {
    if (this.#lessons) return;
    try {
      const [{ LessonsView }, lessons] = await Promise.all([import("./lessons-view.js"), api.lessons()]);
      this.#lessons ??= this.#offerLessons(new LessonsView(this.runs, (requests) => this.#teach(requests)), lessons, fields, presets);
    } catch {
      setTimeout(() => this.#listLessons(fields, presets), RETRY);
    }
  }

  #offerLessons(view, ...offer) {
    view.offer(...offer);
    return view;
  }

  #openData() {
    const actions = { changed: (id) => this.#listData(id), remove: (id, name) => this.#removeData(id, name), keyed: (work) => this.keyring.with(work) };
    this.#data = import("./data-view.js").then(({ DataView }) => new DataView(find("#own-data"), actions));
    return this.#data.then((data) => data.show(this.#sets));
  }

  /** `chosen`: the one that the next run is to learn, if that changes. */
  async #listData(chosen = null) {
    try {
      const { items } = await api.datasets();
      this.#sets = items;
      this.#data?.then((data) => data.show(items));
      this.form.offerDatasets(items, chosen);
    } catch {
      // the list of runs reports that the server is away
    }
  }

  #removeData(id, name) {
    if (!confirm(fill(words.data.confirmDelete, { name }))) return null;
    return this.#act(async () => {
      await api.deleteDataset(id);
      await this.#listData();
      this.page.tell(fill(words.models.deleted, { name }));
    });
  }

  /** Start a run, drawn like the others; its job. Rejects with an ApiError. */
  async start(request) {
    const job = await this.keyring.with(() => api.train(request));
    this.runs.add(job);
    this.#own.add(job.id);
    this.#draw(job.id);
    this.page.changed();
    return job;
  }

  async #start(request) {
    const job = await this.start(request);
    if (find("#watch-it").checked) this.#watch(job.id);
    say(find("#run-news"), words.runs.started); // first: the list may say that it is over
    await this.runs.refresh();
    find(this.#watching.id === job.id ? "#watch" : `[data-job="${CSS.escape(job.id)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  /** The same run with the change that cures it, laid over it. */
  #cure(id, change) {
    return this.#act(async () => {
      const job = await api.train(cureRequest(this.runs.get(id), change, this.form.fields));
      this.runs.add(job);
      this.#own.add(job.id);
      this.drawOnly([id, job.id]);
      this.page.changed();
      say(find("#run-news"), words.runs.cureStarted);
      await this.runs.refresh();
      this.#paint();
      const row = find(`[data-job="${CSS.escape(job.id)}"]`);
      row.scrollIntoView({ block: "nearest" });
      find("input", row).focus({ preventScroll: true });
    });
  }

  /** Start the two runs of a lesson, which has a chart of its own. */
  async #teach(requests) {
    const jobs = [];
    for (const request of requests) {
      const job = await this.keyring.with(() => api.train(request));
      this.runs.add(job);
      this.#own.add(job.id);
      jobs.push(job);
    }
    this.runs.follow(jobs[0].id);
    await this.runs.refresh();
    return jobs;
  }

  #watch(id) {
    this.#watching.watch(id);
    this.page.trySample();
    this.#paintSoon();
  }

  #cancel(id) {
    return this.#change(() => api.cancelJob(id));
  }

  #change(work) {
    return this.#act(async () => {
      await work();
      await this.runs.refresh();
    });
  }

  #activate(id) {
    return this.#act(async () => {
      await api.activate(id);
      await this.listModels();
      this.networks.say(words.models.activated);
    });
  }

  #remove(id, name) {
    if (!confirm(fill(words.models.confirmDelete, { name }))) return null;
    return this.#act(async () => {
      await api.deleteModel(id);
      this.page.removed(id);
      if (this.page.choice.base === id) this.page.choice.choose(USUAL);
      await this.listModels();
      this.networks.say(fill(words.models.deleted, { name }));
    });
  }

  #upload(file) {
    return this.#act(async () => {
      const model = await api.uploadModel(file, file.name.replace(/\.npz$/, ""));
      await this.listModels();
      this.networks.say(fill(words.models.stored, model));
    });
  }

  /** Another network reads now: the lists say so. */
  #chosen() {
    this.form.reading = this.page.choice.base;
    this.#paintModels();
    this.#paintSoon();
  }

  async #showMistakes(id, name) {
    this.#mistakes ??= import("./mistakes-view.js").then(({ MistakesView }) => new MistakesView(find("#examination"), (sample, model, pixels) => this.page.openSample(sample, model, pixels)));
    (await this.#mistakes).show(id, name);
  }

  async #examine(id, name) {
    await this.#showMistakes(id, name);
    find("#examination").scrollIntoView({ block: "nearest" });
  }

  async #act(work) {
    try {
      await this.keyring.with(work);
    } catch (error) {
      this.networks.say(error.message);
      this.page.tell(error.message);
    }
  }

  async #finished(job) {
    const { over, overTested, ended } = words.runs;
    const end = { name: job.name, state: ended[job.state], accuracy: accuracy(job.test_accuracy) };
    say(find("#run-news"), fill(job.test_accuracy === null ? over : overTested, end));
    await this.listModels();
    if (!job.model) return;
    const { choice } = this.page;
    if (choice.base === job.id) await choice.choose(job.model);
    await this.#showMistakes(job.model, job.name || words.runs.newNetwork);
  }

  /** Read the list of networks anew, and offer them. */
  async listModels() {
    try {
      const { items } = await api.models();
      this.#models = items;
      this.form.offerModels(items);
      this.page.offer(this.#offered());
      this.#paintModels();
      this.#paintSoon();
    } catch {
      // the list of runs reports that the server is away, and retries
    }
  }

  /** Besides the bundled networks the pad's switch lists those of the store, and the run that is watched. */
  #offered() {
    const stored = this.#models.filter(({ id }) => !BUNDLED.includes(id)).map(({ id, name, job }) => ({ id, name: name || id, own: this.#own.has(job) }));
    const job = this.#watching.run;
    return job && underWay(job) ? [{ id: job.id, name: job.name, own: true, learning: true }, ...stored] : stored;
  }

  /** The name of a stored network; what is not, or no longer, stored keeps its id. */
  #nameOf(id) {
    return this.#models.find((model) => model.id === id)?.name ?? id;
  }

  #paintModels() {
    this.networks.show(this.#models, this.page.choice.base);
  }

  #draw(id) {
    if (this.#colours.has(id)) return;
    // The one that was drawn first makes room: more colours could not be told apart.
    if (this.#colours.size === RUNS.length) this.#colours.delete(this.drawn[0]);
    const used = new Set(this.#colours.values());
    this.#colours.set(id, RUNS.find((colour) => !used.has(colour)));
  }

  #toggle(id) {
    this.#touched = true;
    if (!this.#colours.has(id) && this.#colours.size === RUNS.length) this.page.tell(fill(words.runs.mostDrawn, { most: RUNS.length }));
    if (!this.#colours.delete(id)) this.#draw(id);
    this.page.changed();
    this.#paintSoon();
  }

  async #compare(jobs) {
    this.#table ??= import("./runs-table.js").then(({ RunsTable }) => new RunsTable(find("#runs-table")));
    (await this.#table).show(jobs);
  }

  #paint() {
    const jobs = this.runs.all;
    if (!this.#touched && this.#colours.size === 0) jobs.filter(({ state, metrics }) => state === "running" || metrics.length).slice(0, DRAWN_AT_FIRST).forEach(({ id }) => this.#draw(id));
    find("#jobs-empty").hidden = jobs.length > 0;
    for (const node of findAll(".with-runs")) node.hidden = jobs.length === 0;
    this.list.show(jobs, (id) => this.#colours.get(id) ?? null, this.page.choice.base);
    this.watch.of(this.#watching.run);
    this.page.offer(this.#offered());
    if (jobs.length) this.#compare(jobs.map((job) => ({ ...job, from: this.#nameOf(job.request.base_model) })));
    const drawn = jobs.filter(({ id }) => this.#colours.has(id)).map((job) => ({ job, colour: this.#colours.get(job.id), marker: MARKERS[RUNS.indexOf(this.#colours.get(job.id))], losses: this.runs.losses(job.id) }));
    this.#lessons?.paint();
    this.#charts.loss.show(curves.lossSeries(drawn), curves.lossLegend(drawn));
    this.#charts.accuracy.show(curves.accuracySeries(drawn), curves.accuracyLegend(drawn));
    this.#charts.norms.show(curves.normSeries(drawn), curves.normLegend(drawn));
    this.#charts.saturation.show(curves.saturationSeries(drawn), curves.saturationLegend(drawn));
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
