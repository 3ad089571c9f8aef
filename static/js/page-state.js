/**
 * The page's state: written into its address, so that a link shows another person the same, and kept in this tab, so that the
 * drawing is still there after a look at another page.
 */

import { decodeDrawing, encodeDrawing } from "./draw/drawing-code.js";
import { USUAL } from "./network/choice.js";
import { keep, kept } from "./ui/kept-state.js";
import { formatState, parseState } from "./ui/url-state.js";

const CALM = 300; // milliseconds: browsers allow few changes of the address a second
const NO_RUNS = "none";

export class PageState {
  #study;
  #training;
  #timer = null;
  #opening = 0;
  view = null;

  constructor(study, training) {
    this.#study = study;
    this.#training = training;
    addEventListener("pagehide", () => this.write());
  }

  /** Restore what the tab had, or what the address says. */
  async open() {
    const link = parseState(location.hash);
    const state = comesBack() || (cameFromHere() && !isLink(link)) ? { ...kept(), ...wished(link) } : link;
    this.view = state.view ?? null;
    await this.show(state);
    this.#training.begin();
  }

  /** Show a link: at first, or when it was put into the address of the open page. */
  async show(state) {
    const { backprop, choice, drawing, pad, step } = this.#study;
    this.#opening += 1; // until all of it is shown, the address must not be overwritten
    choice.choose(state.model ?? USUAL);
    if (state.runs !== undefined) this.#training.drawOnly(runsOf(state));
    if (state.mistake) this.#training.form.chooseMistake(state.mistake);
    if (state.stage) backprop.stage = state.stage;
    const rate = Number(state.rate);
    if (rate > 0) step.rate = rate;
    const found = state.ink ? decodeDrawing(state.ink) : null;
    if (found?.strokes) drawing.showStrokes(found.strokes);
    if (found?.pixels) drawing.showPixels(found.pixels);
    if (found && "sample" in found) await pad.openSample(found.sample);
    if (/^\d$/.test(state.label ?? "")) this.#study.chooseLabel(Number(state.label));
    this.#opening -= 1;
  }

  get #state() {
    const { backprop, choice, drawing, lesson, step } = this.#study;
    const { drawn, chosen } = this.#training;
    return {
      view: this.view,
      ink: encodeDrawing(drawing),
      label: lesson.chosen,
      rate: step.rate === step.usual ? null : step.rate,
      stage: backprop.stage,
      model: choice.own === USUAL ? null : choice.own,
      runs: chosen && drawn.length === 0 ? NO_RUNS : drawn.join(","),
    };
  }

  /** The fragment of the address for the present state. */
  get hash() {
    return formatState(this.#state);
  }

  changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.write(), CALM);
  }

  /** Write what is shown now into the address and the tab. */
  write() {
    clearTimeout(this.#timer);
    if (this.#opening) return;
    if (this.#study.drawing.drawing) return this.changed(); // half a stroke is worth no link
    const { hash } = this;
    history.replaceState({ view: this.view }, "", hash || location.pathname);
    keep(this.#state);
  }
}

/** What another page of byhand may ask for and leave the rest as it was: a part of the page, a mistake to train with. */
const WISHES = ["view", "mistake"];
const wished = (state) => Object.fromEntries(Object.entries(state).filter(([name]) => WISHES.includes(name)));

/** Whether a state holds more than that. */
const isLink = (state) => Object.keys(state).some((name) => !WISHES.includes(name));

const runsOf = ({ runs = "" }) => (runs === NO_RUNS ? [] : runs.split(",").filter(Boolean));

/** By Back or Forward: what the tab had last is newer than what the address says. */
const comesBack = () => performance.getEntriesByType("navigation")[0]?.type === "back_forward" && kept() !== null;

/** From another page of byhand, such as the derivation. */
const cameFromHere = () => document.referrer.startsWith(`${location.origin}/`);
