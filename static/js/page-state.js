/** Writes the page's state into its address and restores it, so that a link shows the same to another person. */

import { decodeDrawing, encodeDrawing } from "./draw/drawing-code.js";
import { formatState, parseState } from "./ui/url-state.js";

const CALM = 300; // milliseconds: browsers allow few changes of the address a second

export class PageState {
  #study;
  #training;
  #timer = null;
  view = null;

  constructor(study, training) {
    this.#study = study;
    this.#training = training;
  }

  /** Restore the state that the address holds. */
  async open() {
    const state = parseState(location.hash);
    const { reader, drawing, pad, step } = this.#study;
    reader.model = state.model ?? null;
    this.view = state.view ?? null;
    const rate = Number(state.rate);
    if (rate > 0) step.rate = rate;
    const found = state.ink ? decodeDrawing(state.ink) : null;
    if (found?.strokes) drawing.showStrokes(found.strokes);
    if (found?.pixels) drawing.showPixels(found.pixels);
    if (found && "sample" in found) await pad.openSample(found.sample);
    if (/^\d$/.test(state.label ?? "")) this.#study.chooseLabel(Number(state.label));
    this.#training.begin((state.runs ?? "").split(",").filter(Boolean));
  }

  /** The fragment of the address for the present state. */
  get hash() {
    const { drawing, lesson, reader, step } = this.#study;
    return formatState({
      view: this.view,
      ink: encodeDrawing(drawing),
      label: lesson.chosen,
      rate: step.rate === step.usual ? null : step.rate,
      model: reader.model,
      runs: this.#training.drawn.join(","),
    });
  }

  changed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => history.replaceState(null, "", this.hash || location.pathname), CALM);
  }
}
