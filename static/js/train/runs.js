/**
 * Keeps the list of training runs up to date: polls the list, and follows the event stream of each run that is under
 * way. No DOM. Emits "change" (anything), "finished" {job}, "snapshot" {id} (there is a new one), "away" {message or null}.
 */

import { getJob, jobEvents, jobs } from "../service/api.js";
import { PastLosses, lossPoint } from "./past-losses.js";

const STREAMS = 3; // a browser keeps six connections to a server; predictions need some
const SOON = 2; // seconds between lists while a run is under way that no stream tells of,
const LATER = 5; // otherwise,
const AT_ONCE = 0.4; // and while a run is about to pause, which no stream tells

export const underWay = ({ state }) => state === "queued" || state === "running" || state === "paused";

export class Runs extends EventTarget {
  #jobs = new Map();
  #streams = new Map();
  #losses = new Map(); // id -> [[epoch, train loss], …] within epochs
  #past = new PastLosses();
  #first = null; // the run to follow in any case
  #timer = null;
  #away = false;
  #listed = false; // the first list has come: what is new from now on was started meanwhile

  /** Newest first. */
  get all() { return [...this.#jobs.values()]; }

  constructor() {
    super();
    this.#past.addEventListener("change", () => this.#emit("change"));
  }

  get(id) { return this.#jobs.get(id) ?? null; }

  /** The training losses within epochs; of a run that is over they are read as soon as they are asked for. */
  losses(id) { return this.#losses.get(id) ?? (underWay(this.#jobs.get(id)) ? [] : this.#past.of(id)); }

  /** Add a run that was just started, before the next poll of the list, when it may already have ended. */
  add(job) {
    this.#jobs.set(job.id, job);
  }

  /** Follow this run before all others, also while it waits for its turn. */
  follow(id) {
    this.#first = id;
    this.#follow();
  }

  async refresh() {
    clearTimeout(this.#timer);
    try {
      const { items } = await jobs();
      const before = this.#jobs;
      this.#jobs = new Map(items.map((job) => [job.id, job]));
      for (const job of items) this.#tellWhenOver(before.get(job.id), job);
      this.#listed = true;
      this.#follow();
      this.#emit("change");
      if (this.#away) this.#emit("away", null);
      this.#away = false;
    } catch (error) {
      this.#away = true;
      this.#emit("away", error.message);
    }
    const busy = this.#away || this.all.some((job) => underWay(job) && job.state !== "paused" && !this.#streams.has(job.id));
    const pausing = this.all.some((job) => job.pause_requested);
    this.#timer = setTimeout(() => this.refresh(), 1000 * (pausing ? AT_ONCE : busy ? SOON : LATER));
  }

  #follow() {
    const first = this.all.filter((job) => job.id === this.#first && underWay(job));
    const running = this.all.filter(({ id, state }) => id !== this.#first && state === "running");
    const wanted = [...first, ...running.slice(first.length - STREAMS)];
    for (const [id, stream] of this.#streams) {
      const job = this.#jobs.get(id);
      if (stream.readyState === EventSource.CLOSED || !job) this.#close(id);
      else if (underWay(job) && !wanted.includes(job)) this.#drop(id); // paused, say: nothing comes, for long
    }
    for (const { id } of wanted) if (!this.#streams.has(id)) this.#open(id);
  }

  #open(id) {
    const stream = new EventSource(jobEvents(id));
    this.#streams.set(id, stream);
    this.#losses.set(id, []); // the stream tells everything again from the start
    const on = (name, work) =>
      stream.addEventListener(name, (event) => {
        const job = this.#jobs.get(id);
        if (job) work(job, JSON.parse(event.data));
        this.#emit("change");
      });
    on("progress", (job, { snapshot, ...progress }) => {
      if (job.state === "queued") job.state = "running";
      if (snapshot !== undefined) this.#emit("snapshot", id);
      if (progress.step < (job.progress.step ?? 0)) this.#losses.set(id, this.losses(id).filter(([epoch]) => epoch * progress.steps < progress.step * progress.epochs));
      job.progress = { ...job.progress, ...progress };
      const point = lossPoint(progress);
      if (point) this.losses(id).push(point);
    });
    on("epoch", (job, metrics) => {
      job.metrics = [...job.metrics.filter(({ epoch }) => epoch < metrics.epoch), metrics];
    });
    on("hint", (job, { message, code, change }) => {
      if (job.hints.includes(message)) return;
      job.hints.push(message);
      if (change) job.cures = [...(job.cures ?? []), { hint: code, text: message, change }];
    });
    stream.addEventListener("end", () => this.#end(id));
  }

  /** Fetch the ended job again, for its model and its test accuracy. */
  async #end(id) {
    this.#close(id);
    try {
      const job = await getJob(id);
      this.#tellWhenOver(this.#jobs.get(id), job);
      this.#jobs.set(id, job);
      this.#emit("change");
    } catch {
      // the next poll of the list brings it
    }
    this.refresh();
  }

  /** Emit "finished" for a run that ended before its stream began or before this page knew it; only once. */
  #tellWhenOver(before, after) {
    const was = before ? underWay(before) : this.#listed;
    if (was && !underWay(after)) this.#emit("finished", after);
  }

  /** Leave a run that is under way: its losses are told again when it is followed again, or is over. */
  #drop(id) {
    this.#close(id);
    this.#losses.delete(id);
  }

  #close(id) {
    this.#streams.get(id).close();
    this.#streams.delete(id);
  }

  #emit(name, detail = null) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
