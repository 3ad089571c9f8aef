/** The drawings that are kept, as small pictures with what they were meant to be and how they are read. */

import { element, find, say } from "../ui/dom.js";
import { aDigit } from "../ui/format.js";
import { paintGrey } from "../ui/paint-grey.js";
import { fill, fillCount, words } from "../ui/words.js";
import { rightOf } from "./readings.js";

const said = words.samples;

export class GalleryView {
  #list = find("#hand-samples");
  #tiles = new Map(); // id of a sample -> {node, read}
  #actions;

  /** `actions`: {open(sample) puts it on the pad; remove(sample)}. */
  constructor(actions) {
    this.#actions = actions;
  }

  /** `readings`: Map(id -> digit), or null while they are not known; `name`: of the network that reads. */
  show(samples, count, readings, name) {
    this.#drop(samples);
    samples.forEach((sample, index) => {
      if (!this.#tiles.has(sample.id)) this.#tiles.set(sample.id, this.#tile(sample));
      const { node, read } = this.#tiles.get(sample.id);
      if (this.#list.children[index] !== node) this.#list.insertBefore(node, this.#list.children[index] ?? null);
      const digit = readings?.get(sample.id);
      node.dataset.right = digit === undefined ? "" : String(digit === sample.label);
      say(read, digit === undefined ? "…" : digit === sample.label ? said.readRight : fill(said.readAs, { digit }));
    });
    const known = readings !== null && samples.length === count;
    const values = { n: count, name, right: known ? rightOf(samples, readings) : null };
    say(find("#hand-count"), known ? fillCount(said.countRead, count, values) : fillCount(said.count, count, values));
  }

  /** Remove the tiles of those that are gone; the keyboard goes to a neighbour. */
  #drop(samples) {
    const stay = new Set(samples.map(({ id }) => id));
    for (const [id, { node }] of this.#tiles) {
      if (stay.has(id)) continue;
      const focused = node.contains(document.activeElement);
      const next = node.nextElementSibling ?? node.previousElementSibling;
      node.remove();
      this.#tiles.delete(id);
      if (focused) (next ? find(".sample-remove", next) : find("#hand-title")).focus({ preventScroll: true });
    }
  }

  #tile(sample) {
    const what = { aDigit: aDigit(sample.label) };
    const read = element("span", { class: "sample-read" });
    const { open, remove } = this.#actions;
    const picture = element(
      "button",
      { type: "button", class: "sample", title: said.putOnPad, onclick: () => open(sample) },
      drawing(sample.pixels),
      element("strong", {}, element("span", { class: "visually-hidden" }, said.meantToBe), ` ${sample.label} `),
      read,
    );
    const cross = element("button", { type: "button", class: "sample-remove", "aria-label": fill(said.remove, what), title: fill(said.remove, what), onclick: () => remove(sample) }, "×");
    return { node: element("li", { "data-sample": sample.id }, picture, cross), read };
  }
}

/** The 28x28 pixels of a drawing, for the eye alone. */
export function drawing(pixels) {
  const canvas = element("canvas", { width: 28, height: 28, "aria-hidden": "true" });
  paintGrey(canvas, pixels);
  return canvas;
}
