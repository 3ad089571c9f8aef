/** The pictures in which a weight is picked: what goes from the pixels into one hidden unit, and from all hidden units to the outputs. */

import { GridPicture } from "../network/grid-picture.js";
import { element, say } from "../ui/dom.js";
import { Legend } from "../ui/legend.js";
import { diverging, reach } from "../ui/palette.js";
import { theme } from "../ui/theme.js";
import { fill, words } from "../ui/words.js";
import { said } from "./words.js";

const SIDE = 28;

export class WeightPictures {
  #pick;
  #into = figure();
  #out = figure();
  #pixels;
  #strip = null;
  #pass = null;
  #hand = null;
  #read = element("p", { class: "hint weight-under", "aria-live": "polite" });
  node = element("div", { class: "weight-pictures" }, this.#into.node, this.#out.node, this.#read);

  /** `pick(entry)`: the reader chose a weight. */
  constructor(pick) {
    this.#pick = pick;
    this.#pixels = new GridPicture(this.#into.canvas, { columns: SIDE, rows: SIDE, label: words.pictures.weight });
    this.#pixels.addEventListener("inspect", ({ detail }) => this.#say(detail === null ? "" : this.#aboutPixel(detail)));
    this.#pixels.addEventListener("choose", ({ detail }) => pick({ array: "W1", index: [detail, this.#hand.i] }));
    this.#out.node.classList.add("weight-strip");
  }

  show({ pass, hand, entry }) {
    const { W1, W2, hidden, classes } = pass.weights;
    [this.#pass, this.#hand] = [pass, hand];
    if (!this.#strip) this.#makeStrip(hidden, classes);
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

  #makeStrip(hidden, classes) {
    this.#strip = new GridPicture(this.#out.canvas, { columns: hidden, rows: classes, cell: 8, label: said.weight.out });
    const place = (cell) => [cell % hidden, Math.floor(cell / hidden)];
    this.#strip.addEventListener("inspect", ({ detail }) => {
      if (detail === null) return this.#say("");
      const [i, j] = place(detail);
      return this.#say(fill(said.weight.readStrip, { i, j }));
    });
    this.#strip.addEventListener("choose", ({ detail }) => this.#pick({ array: "W2", index: place(detail) }));
    say(this.#out.caption, said.weight.out);
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
