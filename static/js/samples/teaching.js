/**
 * Teaches a network the reader's samples: a run that starts from it, then what it read before and what the new one reads.
 * No DOM. Emits "change".
 */

import { evaluation, getJob, getModel } from "../service/api.js";
import { LatestOnlyQueue } from "../service/latest-only-queue.js";
import { underWay } from "../train/runs.js";
import { words } from "../ui/words.js";

export class Teaching extends EventTarget {
  #samples;
  #readings;
  #training; // {start(request) -> job, runs}
  #starting = false;
  #id = null; // of the run, until it is over
  #over = null; // the run whose result is being looked for
  #result = null;
  #trouble = ""; // a sentence
  #queue = new LatestOnlyQueue((job) => this.#compare(job));

  /** `training`: {start(request): starts a run and gives its job; runs: the list that follows it}. */
  constructor(samples, readings, training) {
    super();
    this.#samples = samples;
    this.#readings = readings;
    this.#training = training;
    training.runs.addEventListener("change", () => this.#look());
    samples.addEventListener("change", () => this.#result && this.#queue.submit(this.#result.job));
  }

  /** The run while it is under way, else null. */
  get run() {
    const job = this.#training.runs.get(this.#id);
    return job && underWay(job) ? job : null;
  }

  /** A run was asked for, and its result is not there yet. */
  get busy() { return this.#starting || this.#id !== null || this.#over !== null; }

  get starting() { return this.#starting; }
  get trouble() { return this.#trouble; }

  /**
   * What came of the last run, else null: {job, base, model, rows, accuracy}. `base` and `model`: the networks' ids before and after;
   * `rows`: [{sample, before, after, since}], `since`: drawn after the run began, so never learned; `accuracy`: [before, after].
   */
  get result() { return this.#result; }

  /** Teach a copy of the network `base`. Resolves to the job when the run is started, to null if it cannot be. */
  async teach(base, name) {
    this.#begin("");
    this.#starting = true;
    this.#changed();
    const job = await this.#training.start({ base_model: base, samples: true, name }).catch((error) => this.#begin(error.message));
    this.#starting = false;
    if (job) this.#follow(job);
    else this.#changed();
    return job ?? null;
  }

  /** Go on with a run of an earlier visit: follow it, or show what came of it. Whether it is there and of use. */
  async takeUp(id) {
    const job = await getJob(id).catch(() => null);
    if (!job?.request?.samples || (!underWay(job) && !job.model)) return false;
    if (job.model && !(await getModel(job.model).catch(() => null))) return false; // it was deleted
    this.#follow(job);
    return true;
  }

  /** Forget the result if this network is the taught one. Whether it was. */
  forget(id) {
    if (this.#result?.model !== id) return false;
    this.#begin("");
    this.#changed();
    return true;
  }

  #begin(trouble) {
    [this.#id, this.#over, this.#result, this.#trouble] = [null, null, null, trouble];
  }

  #follow(job) {
    this.#begin("");
    this.#id = job.id;
    if (underWay(job)) this.#training.runs.follow(job.id);
    else this.#end(job);
    this.#changed();
    this.#look(); // it may be over already
  }

  /** The list of runs has changed. */
  #look() {
    if (this.#id === null) return;
    const job = this.#training.runs.get(this.#id);
    if (job && !underWay(job)) this.#end(job);
    this.#changed();
  }

  #end(job) {
    this.#begin(job.model ? "" : job.error ?? words.samples.stopped);
    if (!job.model) return;
    this.#over = job;
    this.#queue.submit(job);
  }

  /** Have both networks read every sample, and look how they read the test digits. */
  async #compare(job) {
    const networks = [job.request.base_model, job.model];
    try {
      const samples = await this.#samples.all();
      const [before, after] = await Promise.all(networks.map((id) => this.#readings.of(samples, id)));
      const tests = await Promise.all(networks.map((id) => evaluation(id, { worst: 1 })));
      if (job !== this.#over && job !== this.#result?.job) return; // forgotten meanwhile
      const since = ({ created_at: made }) => Date.parse(made) > Date.parse(job.created_at);
      const rows = samples.map((sample) => ({ sample, before: before.get(sample.id), after: after.get(sample.id), since: since(sample) }));
      const [base, model] = networks;
      this.#begin("");
      this.#result = { job, base, model, rows, accuracy: tests.map(({ accuracy }) => accuracy) };
    } catch (error) {
      this.#begin(error.message);
    }
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
