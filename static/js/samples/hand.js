/** Connects what the reader's own hand needs: the button beside the reading, the drawings kept, and what teaches them. */

import { cancelJob, samplesPath } from "../service/api.js";
import { find, say, whenNear } from "../ui/dom.js";
import { aDigit } from "../ui/format.js";
import { fill, fillCount, words } from "../ui/words.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";
import { parseId } from "../network/choice.js";
import { doubted } from "../predict/verdict.js";
import { GalleryView } from "./gallery-view.js";
import { keepTaught, keptTaught } from "./kept-taught.js";
import { MeantView } from "./meant-view.js";
import { OwnSamples } from "./own-samples.js";
import { Readings } from "./readings.js";
import { Teaching } from "./teaching.js";
import { TeachView } from "./teach-view.js";

const said = words.samples;
const OTHER_LABEL = "samples.other_label";
const RETRY = 2000; // milliseconds
const LONGEST = 200; // characters of a run's name

export class Hand {
  #study;
  #training;
  #linked;
  #samples = new OwnSamples();
  #readings = new Readings();
  #teaching;
  #near = false; // the drawings kept are in the window, or nearly
  #doubt = false; // the answer on the page may be wrong
  #names = ""; // those of networks that are shown
  #reading = null; // {model, readings}: what the present network reads of them
  #read = new LatestOnlyQueue((model) => this.#readAll(model));
  #gallery = new GalleryView({
    open: ({ pixels }) => this.#study.drawing.showPixels(pixels),
    remove: ({ id }) => this.#do(() => this.#samples.remove(id)),
  });
  #meant = new MeantView((label) => this.#keep(label), () => this.#undo());
  #teachView = new TeachView({
    teach: () => this.#teach(),
    stop: () => this.#do(() => cancelJob(this.#teaching.run.id)),
    use: (model) => this.#study.choice.choose(model),
    takeBack: (base) => this.#study.choice.choose(base),
  });

  /** `study`: pad, answer and choice of the network; `training`: {runs, keyring, start(request)}; `changed()`: what belongs in the link has. */
  constructor(study, training, changed) {
    this.#study = study;
    this.#linked = changed;
    this.#training = training;
    this.#teaching = new Teaching(this.#samples, this.#readings, training);
    this.#samples.addEventListener("change", () => this.#changed());
    this.#teaching.addEventListener("change", () => this.#paintTeaching());
    study.choice.addEventListener("change", () => this.#changed());
    study.drawing.addEventListener("change", () => this.#drawn());
    study.reader.addEventListener("answer", ({ detail }) => this.#answered(doubted(detail.answer)));
    study.addEventListener("contradicted", () => this.#answered(true));
    whenNear(find("#hand"), (near) => {
      this.#near = near;
      this.#changed();
    });
    this.#files();
  }

  /** Ask for the samples, until the service answers; where it keeps none, nothing of this is on the page. */
  async begin() {
    try {
      find("#hand").hidden = !(await this.#samples.begin());
      const last = keptTaught();
      if (this.#samples.open && last && !(await this.#teaching.takeUp(last))) keepTaught(null);
    } catch (error) {
      if (error.away) setTimeout(() => this.begin(), RETRY);
      else say(find("#hand-say"), error.message);
    }
  }

  #files() {
    find("#hand-export").href = samplesPath;
    find("#hand-import").addEventListener("change", ({ target }) => this.#import(target));
    find("#hand-clear").addEventListener("click", () => {
      const n = this.#samples.count;
      if (confirm(fillCount(said.confirmClear, n, { n }))) this.#do(() => this.#samples.removeAll());
    });
  }

  /** Do it, with the key where one is needed; what went wrong is said in `place`. Whether it was done. */
  async #do(work, place = "#hand-say") {
    say(find(place), "");
    try {
      await this.#training.keyring.with(work);
      return true;
    } catch (error) {
      say(find(place), error.message);
      return false;
    }
  }

  async #keep(label) {
    const { drawing, pixels } = this.#study;
    if (!pixels || !(await this.#do(() => this.#keepAs(label, pixels, drawing.strokes), "#meant-trouble"))) return;
    this.#study.chooseLabel(label);
    this.#linked();
  }

  /** The refusal of a second label tells programs what to do; readers have a button for it. */
  async #keepAs(label, pixels, strokes) {
    try {
      await this.#samples.keep(pixels, strokes, label);
    } catch (error) {
      const other = error.code === OTHER_LABEL && this.#samples.of(pixels);
      throw other ? new Error(fill(said.otherLabel, { aDigit: aDigit(other.label) })) : error;
    }
  }

  #undo() {
    const sample = this.#samples.of(this.#study.pixels);
    if (sample) this.#do(() => this.#samples.remove(sample.id), "#meant-trouble");
  }

  async #import(input) {
    const [file] = input.files;
    if (!file) return;
    let result = null;
    const done = await this.#do(async () => (result = await this.#samples.import(file)));
    input.value = "";
    if (done) say(find("#hand-say"), fillCount(said.imported, result.added, { n: result.added, known: result.known }));
  }

  async #teach() {
    if (this.#teaching.busy) return;
    const { own } = this.#study.choice;
    const n = this.#samples.count;
    requestAnimationFrame(() => find("#teaching").scrollIntoView({ block: "nearest" })); // on a phone it is below the window
    const job = await this.#teaching.teach(own, fillCount(said.run, n, { n, name: this.#nameOf(own) }).slice(0, LONGEST));
    if (job) keepTaught(job.id);
  }

  /** The lists of networks have changed, and with them perhaps a name that is shown. */
  named() {
    const shown = [this.#study.choice.own, this.#teaching.result?.base].map((id) => id && this.#nameOf(id)).join("\n");
    if (shown === this.#names) return;
    this.#names = shown;
    this.#paintGallery();
    this.#paintTeaching();
  }

  #nameOf(id) {
    const { base, step } = parseId(id);
    const { job, model } = this.#teaching.result ?? {};
    const name = base === model ? job.name : words.network.short[base] ?? this.#study.networks.name(base);
    return step === null ? name : fillCount(said.aged, step, { name, n: step });
  }

  /** Other samples, or another network that reads them. */
  #changed() {
    this.#paintMeant();
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

  #answered(doubt) {
    this.#doubt = doubt;
    this.#paintMeant();
  }

  #paintMeant() {
    const { drawing, pixels } = this.#study;
    const test = drawing.sample !== null; // one of MNIST's, which no network may learn from
    const state = !this.#samples.open ? "off" : drawing.blank || test ? "none" : this.#doubt ? "doubt" : "quiet";
    const kept = state === "off" || state === "none" ? null : this.#samples.of(pixels);
    this.#meant.show(state, kept?.label ?? null);
  }

  /** The drawing changes: what was said of it is over. */
  #drawn() {
    const { drawing } = this.#study;
    say(find("#meant-trouble"), "");
    if (drawing.drawing) this.#meant.show(this.#samples.open ? "quiet" : "off", null);
    else this.#paintMeant();
  }

  #paintGallery() {
    const { choice } = this.#study;
    const { items, count } = this.#samples;
    const { model, readings } = this.#reading ?? {};
    const known = model === choice.id && items.every(({ id }) => readings.has(id));
    find("#hand-kept").hidden = count === 0;
    for (const selector of ["#hand-export", "#hand-clear"]) find(selector).hidden = count === 0;
    this.#gallery.show(items, count, known ? readings : null, this.#nameOf(choice.id));
  }

  #paintTeaching() {
    this.#teachView.show(this.#teaching, this.#study.choice.own, (id) => this.#nameOf(id));
  }
}
