/** The section of the reader's own drawings: shows what is kept, how it is read, and teaches it to a network. */

import { cancelJob, samplesPath } from "../service/api.js";
import { find, whenNear } from "../ui/dom.js";
import { fillCount, words } from "../ui/words.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";
import { parseId } from "../network/choice.js";
import { attempt } from "./attempt.js";
import { GalleryView } from "./gallery-view.js";
import { keepTaught, keptTaught } from "./kept-taught.js";
import { Readings } from "./readings.js";
import { Teaching } from "./teaching.js";
import { TeachView } from "./teach-view.js";

const said = words.samples;
const LONGEST = 200; // characters of a run's name

export class HandSection {
  #samples;
  #study;
  #training;
  #readings = new Readings();
  #teaching;
  #near = false; // it is in the window, or nearly
  #names = ""; // those of networks that are shown
  #reading = null; // {model, readings}: what the present network reads of the samples
  #read = new LatestOnlyQueue((model) => this.#readAll(model));
  #gallery = new GalleryView({
    open: ({ pixels }) => this.#study.drawing.showPixels(pixels),
    remove: ({ id }) => this.#do(() => this.#samples.remove(id)),
  });
  #teachView = new TeachView({
    teach: () => this.#teach(),
    stop: () => this.#do(() => cancelJob(this.#teaching.run.id)),
    use: (model) => this.#use(model),
    takeBack: (base) => this.#study.choice.choose(base),
  });

  /** `study`: pad and choice of the network; `training`: {runs, keyring, start(request), listModels()}. */
  constructor(samples, study, training) {
    this.#samples = samples;
    this.#study = study;
    this.#training = training;
    this.#teaching = new Teaching(samples, this.#readings, training);
    samples.addEventListener("change", () => this.#changed());
    this.#teaching.addEventListener("change", () => this.#paintTeaching());
    study.choice.addEventListener("change", () => this.#changed());
    find("#hand-export").href = samplesPath;
    find("#hand-clear").addEventListener("click", () => this.#clear());
    whenNear(find("#hand"), (near) => {
      this.#near = near;
      this.#changed();
    });
    this.#changed();
    this.#takeUp();
  }

  /** The lists of networks have changed, and with them perhaps a name that is shown. */
  named() {
    const shown = [this.#study.choice.own, this.#teaching.result?.base].map((id) => id && this.#nameOf(id)).join("\n");
    if (shown === this.#names) return;
    this.#names = shown;
    this.#paintGallery();
    this.#paintTeaching();
  }

  /** A network was deleted: it is not to be compared, nor used, any more. */
  removed(id) {
    if (this.#teaching.forget(id)) keepTaught(null);
  }

  #nameOf(id) {
    const { base, step } = parseId(id);
    const { job, model } = this.#teaching.result ?? {};
    const name = base === model ? job.name : words.network.short[base] ?? this.#study.networks.name(base);
    return step === null ? name : fillCount(said.aged, step, { name, n: step });
  }

  #do(work) {
    return attempt(this.#training.keyring, work, "#hand-say");
  }

  #clear() {
    const n = this.#samples.count;
    if (confirm(fillCount(said.confirmClear, n, { n }))) this.#do(() => this.#samples.removeAll());
  }

  /** What was taught on the last visit, or is being taught. */
  async #takeUp() {
    const last = keptTaught();
    if (last && !(await this.#teaching.takeUp(last))) keepTaught(null);
  }

  async #teach() {
    if (this.#teaching.busy) return;
    const { own } = this.#study.choice;
    const n = this.#samples.count;
    requestAnimationFrame(() => find("#teaching").scrollIntoView({ block: "nearest" })); // on a phone it is below the window
    const job = await this.#teaching.teach(own, fillCount(said.run, n, { n, name: this.#nameOf(own) }).slice(0, LONGEST));
    if (job) keepTaught(job.id);
  }

  async #use(model) {
    await this.#training.listModels(); // the switch beside the pad shall know its name
    await this.#study.choice.choose(model);
  }

  /** Other samples, or another network that reads them. */
  #changed() {
    this.#paintGallery();
    this.#paintTeaching();
    if (this.#near && this.#samples.count) this.#read.submit(this.#study.choice.id);
  }

  async #readAll(model) {
    try {
      this.#reading = { model, readings: await this.#readings.of(this.#samples.items, model) };
      this.#paintGallery();
    } catch {
      // the answer to the drawing says that the server is away, or the network gone; the next change asks again
    }
  }

  #paintGallery() {
    const { choice } = this.#study;
    const { items, count } = this.#samples;
    const { model, readings } = this.#reading ?? {};
    const known = model === choice.id && items.every(({ id }) => readings.has(id));
    for (const selector of ["#hand-kept", "#hand-export", "#hand-clear"]) find(selector).hidden = count === 0;
    this.#gallery.show(items, count, known ? readings : null, this.#nameOf(choice.id));
  }

  #paintTeaching() {
    this.#teachView.show(this.#teaching, this.#study.choice.own, (id) => this.#nameOf(id));
  }
}
