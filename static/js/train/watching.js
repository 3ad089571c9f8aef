/** Follows a run while it learns: its newest snapshot becomes the network that reads on the pad. No DOM. */

import { jobSnapshots } from "../service/api.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";
import { underWay } from "./runs.js";

const SOON = 150; // milliseconds between looks for the first snapshot of a run

export class Watching {
  #runs;
  #choice;
  #id = null;
  #reads = false; // whether its first snapshot has come, and reads
  #grown = new LatestOnlyQueue((id) => this.#show(id));

  /** `runs`: the list of runs; `choice`: which network reads. */
  constructor(runs, choice) {
    this.#runs = runs;
    this.#choice = choice;
    runs.addEventListener("snapshot", ({ detail }) => detail === this.#id && this.#grown.submit(detail));
    choice.addEventListener("change", () => this.#chosen());
  }

  get id() { return this.#id; }

  /** The run that is watched, or null. */
  get run() { return this.#runs.get(this.#id); }

  watch(id) {
    this.#id = id;
    this.#reads = false;
    this.#runs.follow(id);
    this.#grown.submit(id);
  }

  /** A link or a reload may name a run as what reads: watch it if it is under way, else choose what it made. Whether it is watched. */
  takeUp(id) {
    const run = this.#runs.get(id);
    if (!run) return false;
    if (underWay(run)) this.watch(id);
    else if (run.model) this.#choice.choose(run.model);
    return underWay(run);
  }

  async #show(id) {
    const { items } = await jobSnapshots(id).catch(() => ({ items: [] })); // the next event asks again
    const { run } = this;
    if (id !== this.#id || !run || !underWay(run)) return;
    this.#choice.follow(id, items);
    // No event tells of the first, which is there before the first step.
    if (items.length === 0 && !run.progress.step) setTimeout(() => this.#grown.submit(id), SOON);
  }

  /** Who chose another network does not watch any longer. */
  #chosen() {
    const { run } = this;
    const { base } = this.#choice;
    if (run && base === run.id) this.#reads = true;
    else if (run && this.#reads && base !== run.model) this.#id = null;
  }
}
