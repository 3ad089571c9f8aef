/** Shows one hidden unit: its weights as a picture, its z computed with this digit's numbers, its part of each output's z. */

import { ACTIVATIONS, fieldShape } from "./activation.js";
import { Bars } from "../ui/bars.js";
import { find, say, sayRaised } from "../ui/dom.js";
import { FEATURES } from "./features.js";
import { aDigit, number, ofLayer, signed, subscript } from "../ui/format.js";
import { GridPicture } from "./grid-picture.js";
import { Grid, inputLayout } from "./layout.js";
import { Legend } from "../ui/legend.js";
import { diverging, reach } from "../ui/palette.js";
import { theme } from "../ui/theme.js";
import { products, share, total } from "./trace.js";
import { fill, words } from "../ui/words.js";

export class UnitCard {
  #root;
  #weights;
  #products;
  #legends;
  #bars;
  #shape = "";
  #last = null;

  constructor(root) {
    this.#root = root;
    const picture = (id, label) => new GridPicture(find(id, root), { label });
    this.#weights = picture("#unit-weights", words.inside.unitWeights);
    this.#products = picture("#unit-products", words.inside.unitProducts);
    this.#legends = { weights: new Legend("diverging", words.pictures.weight), products: new Legend("diverging", words.inside.products) };
    find("#unit-weights-legend", root).append(this.#legends.weights.node);
    find("#unit-products-legend", root).append(this.#legends.products.node);
    this.#bars = new Bars(find("#unit-share", root), { signed: true });
    for (const each of [this.#weights, this.#products]) {
      each.addEventListener("inspect", ({ detail }) => this.#read(detail));
    }
  }

  show(network, trace, layer, unit, { strongestFor }) {
    const before = trace.a[layer - 1];
    const weights = network.into(layer, unit);
    const parts = products(before, weights);
    this.#last = { before, weights, parts, at: layer === 1 ? FEATURES[network.features].at : () => "" };
    this.#fit(layer === 1 ? network.features : before.length);
    this.#colour(this.#weights, weights, this.#legends.weights);
    this.#colour(this.#products, parts, this.#legends.products);
    say(find("#unit-products-name", this.#root), words.inside.productsOf[layer === 1 ? network.features : "layer"]);
    this.#write(network, trace, layer, unit, total(parts), strongestFor);
    this.#shares(network, trace, layer, unit);
    this.#read(null);
  }

  /** `inputs`: the features of the first layer's inputs, or for a later layer the number of units before it. */
  #fit(inputs) {
    if (this.#shape === inputs) return;
    this.#shape = inputs;
    for (const each of [this.#weights, this.#products]) each.arrange(inputs in FEATURES ? inputLayout(inputs) : field(inputs));
  }

  #colour(picture, values, legend) {
    const most = reach(values);
    legend.show(most);
    picture.show((index) => (index < values.length ? diverging(values[index] / most, theme()) : null));
  }

  #write(network, trace, layer, unit, sum, strongest) {
    const [z, h] = [trace.z[layer][unit], trace.a[layer][unit]];
    const { symbol } = ACTIVATIONS[network.activation];
    const name = subscript(unit);
    const { unitTitle, unitTitleStrongest } = words.inside;
    const title = strongest === null ? fill(unitTitle, { unit }) : fill(unitTitleStrongest, { unit, aDigit: aDigit(strongest) });
    say(find("#unit-title", this.#root), title);
    sayRaised(find("#unit-z", this.#root), `${ofLayer("z", layer)}${name} = Σ x·w + b = ${number(sum)} ${signed(network.bias(layer, unit)).replace("+", "+ ").replace("−", "− ")} = ${number(z)}`);
    const output = trace.depth === 2 ? "h" : ofLayer("h", layer);
    sayRaised(find("#unit-h", this.#root), `${output}${name} = ${symbol}(${number(z)}) = ${number(h)}`);
  }

  #shares(network, trace, layer, unit) {
    const last = layer === trace.depth - 1;
    find("#unit-share-part", this.#root).hidden = !last;
    if (!last) return;
    const shares = share(trace, network, unit);
    this.#bars.show(shares, { most: reach(shares) });
  }

  #read(index) {
    const { before, weights, parts, at } = this.#last ?? {};
    const known = index !== null && index < weights.length;
    const text = known
      ? `${at(index)}x${subscript(index)} · w = ${number(before[index])} × ${number(weights[index])} = ${number(parts[index])}`
      : words.inside.pointAtWeights;
    say(find("#unit-read", this.#root), text);
  }
}

function field(units) {
  const { columns, rows } = fieldShape(units);
  return new Grid(columns, rows);
}
