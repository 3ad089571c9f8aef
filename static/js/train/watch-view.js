/** A run as it learns: what its newest snapshot reads of the digit on the pad, the weights of all its units, and its controls. */

import { Bars } from "../ui/bars.js";
import { find, handOn, say } from "../ui/dom.js";
import { accuracy } from "../ui/format.js";
import { ageName } from "../network/ages.js";
import { parseId } from "../network/choice.js";
import { paintGrey } from "../ui/paint-grey.js";
import { reach } from "../ui/palette.js";
import { Tiles } from "../network/tiles.js";
import { underWay } from "./runs.js";
import { fill, words } from "../ui/words.js";

const said = words.watch;

export class WatchView {
  #root = find("#watch");
  #bars = new Bars(find("#watch-bars"));
  #tiles = new Tiles(find("#watch-weights"), { label: words.inside.everyUnitsWeights, look: () => {} });
  #choice;
  #job = null; // the run that is watched
  #actions;

  /** `choice`: which network reads; `actions`: {pause(id), resume(id), oneEpoch(id), stop(id)}. */
  constructor(choice, actions) {
    this.#choice = choice;
    this.#actions = actions;
    const on = (id, work) => find(id).addEventListener("click", () => work(this.#job.id));
    on("#watch-pause", (id) => (this.#paused ? actions.resume(id) : actions.pause(id)));
    on("#watch-epoch", (id) => actions.oneEpoch(id));
    on("#watch-stop", (id) => actions.stop(id));
    for (const name of ["change", "ages"]) choice.addEventListener(name, () => this.#write());
  }

  /** The run to show, or null; while it is under way it can be paused and stopped. */
  of(job) {
    if (job?.id !== this.#job?.id) this.#root.dataset.empty = "true";
    this.#job = job;
    this.#root.hidden = job === null;
    if (job) this.#write();
  }

  /** An answer of the network that reads, with its weights. */
  show({ answer, pixels, network }) {
    if (!this.#job || !this.#isWatched(answer.model)) return;
    this.#root.dataset.empty = "false";
    paintGrey(find("#watch-input"), pixels);
    this.#bars.show(answer.probabilities, { marked: [answer.digit], names: answer.classes });
    this.#tiles.fit(network.layers[1], network.features);
    this.#tiles.show((unit) => network.into(1, unit), reach);
  }

  get #paused() { return this.#job.state === "paused"; }

  #isWatched(model) {
    const { base } = parseId(model);
    return base === this.#job.id || base === this.#job.model;
  }

  #write() {
    if (!this.#job) return;
    const { name, state, model } = this.#job;
    const { age } = this.#choice;
    const shown = this.#isWatched(this.#choice.base);
    const share = age.validation_accuracy;
    const over = !underWay(this.#job);
    say(find("#watch-title"), fill(over ? said.titleOver : said.title, { name }));
    const text = fill(share === undefined || share === null ? said.age : said.ageReading, { age: ageName(age), accuracy: accuracy(share) });
    const begun = this.#root.dataset.empty === "false" || shown;
    say(find("#watch-say"), shown ? text : begun ? said.other : said.begins);
    const [pause, epoch, stop] = ["#watch-pause", "#watch-epoch", "#watch-stop"].map((id) => find(id));
    if (over) for (const button of [pause, epoch, stop]) handOn(button, find("#network"));
    say(pause, this.#paused ? said.goOn : said.pause);
    for (const button of [pause, stop]) button.hidden = over;
    epoch.hidden = over || !this.#paused;
    say(find("#watch-over"), over && model ? said.over : "");
  }
}
