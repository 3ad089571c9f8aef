/**
 * Which network reads this reader's digits, and at what age: a choice of this tab, whatever /predict uses for others. No DOM.
 * An age is a step of the network's training; null stands for the network as it came out, "finished". Emits "change".
 */

export const BUNDLED = ["pixels", "pretrained"];
export const USUAL = BUNDLED[0];

/** "pixels@300" -> {base: "pixels", step: 300}; "pixels" -> {base: "pixels", step: null}. */
export function parseId(id) {
  const [base, step] = id.split("@");
  return { base, step: /^\d+$/.test(step ?? "") ? Number(step) : null };
}

const idOf = (base, step) => (step === null ? base : `${base}@${step}`);

export class NetworkChoice extends EventTarget {
  #snapshots; // (base) -> promise of its snapshots
  #base = USUAL;
  #step = null; // the reader's own
  #lent = undefined; // the step that the page itself shows for a while; undefined: none
  #ages = []; // [{step, epoch, …}] by step
  #live = false; // a run under way: its network has no last age yet
  #moved = false; // the reader has chosen an age: it stays

  /** `snapshots(base)` -> promise of [{step, epoch, train_loss, validation_accuracy}], by step. */
  constructor(snapshots) {
    super();
    this.#snapshots = snapshots;
  }

  get base() { return this.#base; }
  get step() { return this.#lent === undefined ? this.#step : this.#lent; }
  get live() { return this.#live; }
  get lent() { return this.#lent !== undefined; }

  /** The id with which the service knows the network at this age. */
  get id() { return idOf(this.#base, this.step); }

  /** What belongs in a link: without the age that is only lent. */
  get own() { return idOf(this.#base, this.#step); }

  /** The ages on offer, the youngest first; the last, of step null, is the finished network. */
  get ages() { return this.#live ? this.#ages : [...this.#ages, { step: null }]; }

  /** The present age among `ages`. */
  get age() { return this.ages.find(({ step }) => step === this.step) ?? { step: this.step }; }

  /** Whether the page itself may show another age: the reader has not chosen one. */
  get free() { return !this.#moved && !this.#live && this.#step === null && this.#ages.length > 0; }

  /** Choose a network by its id, which may name an age. Resolves when its ages are known. */
  async choose(id) {
    const { base, step } = parseId(id);
    const other = base !== this.#base || this.#live;
    [this.#base, this.#step, this.#lent, this.#live, this.#moved] = [base, step, undefined, false, step !== null];
    if (other) this.#ages = [];
    this.#changed();
    if (other || this.#ages.length === 0) await this.#load(base);
  }

  /** Look at another age, as the reader wishes. */
  grow(step) {
    const newest = this.#live && step === this.#ages.at(-1)?.step; // of a run under way: go on following it
    [this.#step, this.#lent, this.#moved] = [step, undefined, !newest];
    this.#changed();
  }

  /** Show an age for a while; null for the finished one, undefined to give the reader's own back. */
  lend(step) {
    if (step === this.#lent || (step !== undefined && !this.free)) return;
    this.#lent = step;
    this.#changed();
  }

  /** Follow a run: its newest snapshot reads from now on, until another network or an age is chosen. */
  follow(run, ages) {
    const newest = ages.at(-1)?.step;
    if (newest === undefined) return;
    const [before, stays] = [this.id, run === this.#base && this.#live && this.#moved];
    [this.#base, this.#live, this.#lent, this.#ages] = [run, true, undefined, ages];
    if (!stays) [this.#step, this.#moved] = [newest, false];
    if (before !== this.id) this.#changed();
    else this.dispatchEvent(new Event("ages"));
  }

  async #load(base) {
    const ages = await this.#snapshots(base).catch(() => []); // without them it is shown as it is
    if (base !== this.#base || this.#live) return;
    this.#ages = ages;
    this.dispatchEvent(new Event("ages"));
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
