/** Shows the weights of all units of the first hidden layer, each as a small picture on its own scale. */

import { find, whenNear } from "../ui/dom.js";
import { reach } from "../ui/palette.js";
import { Tiles } from "./tiles.js";
import { words } from "../ui/words.js";

export class WeightsSheet {
  #details;
  #tiles;
  #network = null;
  #shown = null; // the network on the canvas
  #near = false;

  /** `details`: painted when open and near the window. `look(unit or null)`: pointed at; `choose(unit)`: clicked. */
  constructor(details, look, choose) {
    this.#details = details;
    this.#tiles = new Tiles(find("canvas", details), { label: words.inside.everyUnitsWeights, look, choose });
    details.addEventListener("toggle", () => this.#draw());
    whenNear(details, (near) => {
      this.#near = near;
      this.#draw();
    });
  }

  show(network) {
    this.#network = network;
    this.#tiles.fit(network.layers[1], network.features);
    this.#draw();
  }

  #draw() {
    if (!this.#network || !this.#near || !this.#details.open || this.#shown === this.#network) return;
    const network = (this.#shown = this.#network);
    this.#tiles.show((unit) => network.into(1, unit), reach);
  }
}
