/** Loads a model's weights for display. All computing is done by the server. */

import { getModel, weights } from "../service/api.js";
import { readNpz } from "../service/npz.js";

const KEPT = 26; // networks of 400 KB each: every age of one, played again and again
const loaded = new Map();

export class Network {
  constructor({ id, layers, activation, features = "pixels" }, arrays) {
    this.id = id;
    this.layers = layers; // [784, 128, 10]
    this.activation = activation;
    this.features = features; // what its inputs stand for
    this.arrays = arrays;
  }

  /** The number of weight layers, one more than hidden layers. The first is layer 1. */
  get depth() { return this.layers.length - 1; }

  /** Whether the other has as many units, of the same kind: another age of it, say. Pictures of one fit the other. */
  isLike({ layers, activation, features }) {
    return String(layers) === String(this.layers) && activation === this.activation && features === this.features;
  }

  weight(layer, from, to) {
    return this.arrays[`W${layer}`].data[from * this.layers[layer] + to];
  }

  bias(layer, to) {
    return this.arrays[`b${layer}`].data[to];
  }

  /** The weights into one unit of the layer: (n_{layer-1},). */
  into(layer, to) {
    const width = this.layers[layer];
    const all = this.arrays[`W${layer}`].data;
    return Float32Array.from({ length: this.layers[layer - 1] }, (_, from) => all[from * width + to]);
  }

  /** The weights out of one unit of the layer before: (n_layer,). */
  outOf(layer, from) {
    const width = this.layers[layer];
    return this.arrays[`W${layer}`].data.subarray(from * width, (from + 1) * width);
  }
}

export function loadNetwork(id) {
  if (!loaded.has(id)) {
    if (loaded.size >= KEPT) loaded.delete(loaded.keys().next().value); // the one loaded first
    const coming = Promise.all([getModel(id), weights(id)]).then(
      async ([info, buffer]) => new Network(info, await readNpz(buffer)),
    );
    coming.catch(() => loaded.delete(id)); // so that the next look tries again
    loaded.set(id, coming);
  }
  return loaded.get(id);
}
