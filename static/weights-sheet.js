/** The weights of every unit of the first hidden layer at a glance, each as a small 28x28 picture on its own scale. */

import { fieldShape } from "./activation.js";
import { find, whenNear } from "./dom.js";
import { GridPicture } from "./grid-picture.js";
import { diverging, reach } from "./palette.js";
import { theme } from "./theme.js";

const SIDE = 28;

export class WeightsSheet {
  #details;
  #picture = null;
  #network = null;
  #shown = null; // the network on the canvas
  #units = 0;
  #near = false;
  #tiles = new Map(); // "theme unit" -> ImageData: a pointer that moves over the sheet repaints it

  /** `details`: drawn when it is open and near. `look(unit or null)`, `choose(unit)`: what is pointed at, what is clicked. */
  constructor(details, look, choose) {
    this.#details = details;
    const inUse = (work) => ({ detail }) => (detail === null || detail < this.#units) && work(detail);
    this.#picture = new GridPicture(find("canvas", details), { columns: 1, rows: 1, cell: SIDE + 2, gap: 2, label: "The weights of every hidden unit" });
    this.#picture.addEventListener("inspect", inUse(look));
    this.#picture.addEventListener("choose", inUse(choose));
    details.addEventListener("toggle", () => this.#draw());
    whenNear(details, (near) => {
      this.#near = near;
      this.#draw();
    });
  }

  show(network) {
    this.#network = network;
    this.#draw();
  }

  #draw() {
    if (!this.#network || !this.#near || !this.#details.open || this.#shown === this.#network) return;
    this.#shown = this.#network;
    this.#tiles.clear();
    this.#units = this.#network.layers[1];
    const { columns, rows } = fieldShape(this.#units);
    this.#picture.resize(columns, rows);
    this.#picture.showTiles((context, unit, x, y) => unit < this.#units && context.putImageData(this.#tile(context, unit), x, y));
  }

  #tile(context, unit) {
    const key = `${theme()} ${unit}`;
    if (!this.#tiles.has(key)) this.#tiles.set(key, this.#paint(context, unit));
    return this.#tiles.get(key);
  }

  #paint(context, unit) {
    const weights = this.#network.into(1, unit);
    const most = reach(weights);
    const image = context.createImageData(SIDE, SIDE);
    weights.forEach((weight, pixel) => image.data.set([...diverging(weight / most, theme()), 255], 4 * pixel));
    return image;
  }
}
