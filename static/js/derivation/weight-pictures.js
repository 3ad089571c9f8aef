/** The pictures in which a weight is picked: what goes from the pixels into one hidden unit, and from all hidden units to the outputs. */

import { GridPicture } from "../network/grid-picture.js";
import { Grid } from "../network/layout.js";
import { element, say } from "../ui/dom.js";
import { Legend } from "../ui/legend.js";
import { diverging, reach } from "../ui/palette.js";
import { theme } from "../ui/theme.js";
import { fill, words } from "../ui/words.js";
import { said } from "./words.js";

const SIDE = 28;

export class WeightPictures {
  #into = figure();
  #out = figure();
  #pixels;
  #strip;
  #hidden = null; // units, the strip's columns
  #hand = null;
  #read = element("p", { class: "hint weight-under", "aria-live": "polite" });
  node = element("div", { class: "weight-pictures" }, this.#into.node, this.#out.node, this.#read);

  /** `pick(entry)`: the reader chose a weight. */
  constructor(pick) {
    this.#pixels = new GridPicture(this.#into.canvas, { columns: SIDE, rows: SIDE, label: words.pictures.weight });
    this.#pixels.addEventListener("inspect", ({ detail }) => this.#say(detail === null ? "" : this.#aboutPixel(detail)));
    this.#pixels.addEventListener("choose", ({ detail }) => pick({ array: "W1", index: [detail, this.#hand.i] }));
    this.#strip = new GridPicture(this.#out.canvas, { label: said.weight.out });
    this.#strip.addEventListener("inspect", ({ detail }) => this.#say(detail === null ? "" : fill(said.weight.readStrip, this.#place(detail))));
    this.#strip.addEventListener("choose", ({ detail }) => {
      const { i, j } = this.#place(detail);
      pick({ array: "W2", index: [i, j] });
    });
    this.#out.node.classList.add("weight-strip");
    say(this.#out.caption, said.weight.out);
  }

  show({ pass, hand, entry }) {
    const { W1, W2, hidden, classes } = pass.weights;
    this.#hand = hand;
    if (hidden !== this.#hidden) this.#strip.arrange(new Grid(hidden, classes));
    this.#hidden = hidden;
    const into = Array.from({ length: SIDE * SIDE }, (_, p) => W1[p * hidden + hand.i]);
    const [most, all] = [reach(into), reach(W2)];
    const title = fill(said.weight.into, { i: hand.i });
    say(this.#into.caption, title);
    this.#pixels.name(title);
    this.#pixels.show((p) => diverging(into[p] / most, theme()));
    this.#pixels.choose(entry.array === "W1" ? entry.index[0] : null);
    this.#strip.show((cell) => diverging(W2[(cell % hidden) * classes + Math.floor(cell / hidden)] / all, theme()));
    this.#strip.choose(entry.array === "W2" ? entry.index[1] * hidden + entry.index[0] : null);
    this.#into.legend.show(most);
    this.#out.legend.show(all);
  }

  /** The weight of a cell of the strip. */
  #place(cell) {
    return { i: cell % this.#hidden, j: Math.floor(cell / this.#hidden) };
  }

  #aboutPixel(p) {
    return fill(said.weight.readPixel, { p, i: this.#hand.i, row: Math.floor(p / SIDE), column: p % SIDE });
  }

  #say(text) {
    say(this.#read, text);
  }
}

function figure() {
  const canvas = element("canvas");
  const caption = element("figcaption");
  const legend = new Legend("diverging", words.pictures.weight);
  return { canvas, caption, legend, node: element("figure", {}, caption, element("div", { class: "weight-canvas" }, canvas), legend.node) };
}
