/**
 * The picture of each stage, and the sentence with this digit's numbers.
 * A picture has a `node` and `show(backward)`; it calls `tell(text)` with a sentence about the value that is pointed at.
 */

import { fieldShape } from "../network/activation.js";
import { element } from "../ui/dom.js";
import { FEATURES } from "../network/features.js";
import { chance, count, number, ofLayer, percent, signed, subscript } from "../ui/format.js";
import { HiddenForward, OutputForward } from "./forward-pictures.js";
import { GridPicture } from "../network/grid-picture.js";
import { inputLayout } from "../network/layout.js";
import { JacobianTable } from "./jacobian-table.js";
import { Legend } from "../ui/legend.js";
import { diverging, reach } from "../ui/palette.js";
import { BarsPicture, Grid } from "./stage-parts.js";
import { theme } from "../ui/theme.js";
import { Tiles } from "../network/tiles.js";
import { fill, words } from "../ui/words.js";

const GALLERY = 8; // hidden units of the first layer that are shown large

class LossPicture extends BarsPicture {
  constructor(tell) {
    super({}, tell);
  }

  show(backward) {
    const { probabilities, label, loss } = backward;
    this.bars.show(probabilities, { marked: [label] });
    this.rest = `L = −ln ŷ${subscript(label)} = −ln(${chance(probabilities[label])}) = ${number(loss)}`;
    this.read = (digit) =>
      digit === label ? this.rest : fill(words.backprop.notTheLabel, { index: subscript(digit), chance: percent(probabilities[digit]), label });
  }
}

class JacobianPicture extends JacobianTable {
  show({ probabilities, label }) {
    super.show(probabilities, label);
  }
}

class ErrorPicture extends BarsPicture {
  constructor(tell) {
    super({ signed: true }, tell);
  }

  show(backward) {
    const { label, depth, probabilities } = backward;
    const errors = backward.deltas[depth];
    this.bars.show(errors, { most: Math.max(reach(errors), 1e-12), marked: [label] });
    this.read = (digit) =>
      `${ofLayer("δ", depth)}${subscript(digit)} = ŷ${subscript(digit)} − y${subscript(digit)} = ${chance(probabilities[digit])} − ${digit === label ? 1 : 0} = ${signed(errors[digit])}`;
    this.rest = this.read(label);
  }
}

/** The gradient by a later layer's weights: a row for each of its units, a column for each unit of the layer before. */
class WeightsPicture extends Grid {
  constructor(tell, { layer }, network) {
    const [columns, rows] = [network.layers[layer - 1], network.layers[layer]];
    const label = fill(words.backprop.weightsGradient, { rows, columns });
    super({ label, meaning: words.backprop.weightGradient, columns, rows, cell: 8 }, tell);
    this.layer = layer;
    this.node.classList.add("stage-grid-wide");
    if (rows === 10) this.node.prepend(element("p", { class: "row-names", "aria-hidden": "true" }, [..."0123456789"].map((name) => element("span", {}, name))));
  }

  show(backward) {
    const { layer } = this;
    const [columns, rows] = [backward.trace.a[layer - 1].length, backward.deltas[layer].length];
    const values = Float32Array.from({ length: rows * columns }, (_, index) => backward.dW(layer, index % columns, Math.floor(index / columns)));
    this.colour(values);
    this.read = (index) => {
      const [from, to] = [index % columns, Math.floor(index / columns)];
      const before = backward.depth === 2 ? "h" : ofLayer("h", layer - 1);
      return `d${ofLayer("W", layer)}[${to}, ${from}] = ${before}${subscript(from)} × ${ofLayer("δ", layer)}${subscript(to)} = ${number(backward.trace.a[layer - 1][from])} × ${signed(backward.deltas[layer][to])} = ${signed(values[index])}`;
    };
    this.rest = this.read(values.reduce((best, value, index) => (Math.abs(value) > Math.abs(values[best]) ? index : best), 0));
  }
}

class HiddenPicture extends Grid {
  constructor(tell, { layer }, network) {
    const label = fill(words.backprop.hiddenErrors, { n: network.layers[layer] });
    super({ label, meaning: words.backprop.unitError, ...fieldShape(network.layers[layer]), cell: 24, gap: 2 }, tell);
    this.layer = layer;
  }

  show(backward) {
    const { layer } = this;
    const errors = backward.deltas[layer];
    this.colour(errors);
    this.read = (unit) =>
      unit < errors.length
        ? `${ofLayer("δ", layer)}${subscript(unit)} = Σ ${ofLayer("W", layer + 1)} ${ofLayer("δ", layer + 1)} × ${words.backprop.slope} = ${number(backward.arriving(layer, unit))} × ${number(backward.slope(layer, unit))} = ${signed(errors[unit])}`
        : null;
    this.rest = this.read(backward.strongest(layer, 1)[0]);
  }
}

class InputPicture extends Grid {
  constructor(tell, stage, { features }) {
    const { inputGradient, inputGradientOf } = words.backprop;
    super({ label: inputGradient, meaning: inputGradientOf[features], layout: inputLayout(features) }, tell);
    this.features = features;
  }

  show(backward) {
    const { at } = FEATURES[this.features];
    this.colour(backward.inputError);
    this.read = (input) => {
      const equation = `${at(input)}∂L/\u2060∂x${subscript(input)} = Σ ${ofLayer("W", 1)} ${ofLayer("δ", 1)} = ${signed(backward.inputError[input])}`;
      return fill(words.backprop.inputValue[this.features], { equation, value: number(backward.trace.a[0][input], 2) });
    };
    this.rest = this.read(backward.inputError.reduce((best, value, index, all) => (Math.abs(value) > Math.abs(all[best]) ? index : best), 0));
  }
}

/** dW1 on one scale, each unit's part as a picture of the input: the units with the largest error enlarged, and all units. */
class FirstPicture {
  constructor(tell, stage, { features }) {
    this.features = features;
    this.legend = new Legend("diverging", words.backprop.weightGradient);
    this.tiles = Array.from({ length: GALLERY }, () => this.#tile(tell, features));
    const gallery = element("div", { class: "gallery" }, this.tiles.map(({ node }) => node));
    const canvas = element("canvas", { class: "all-gradients" });
    this.all = new Tiles(canvas, { label: words.backprop.everyUnitsGradients, look: (unit) => tell(unit === null ? this.rest : this.readUnit(unit)) });
    this.caption = element("figcaption");
    this.node = element("div", {}, gallery, this.legend.node, element("figure", {}, this.caption, canvas));
  }

  #tile(tell, features) {
    const canvas = element("canvas");
    const caption = element("figcaption");
    const picture = new GridPicture(canvas, { layout: inputLayout(features, 4), label: words.backprop.oneUnitsGradient });
    const tile = { canvas, caption, picture, node: element("figure", {}, canvas, caption) };
    picture.addEventListener("inspect", ({ detail }) => tell(detail === null ? this.rest : tile.read(detail)));
    return tile;
  }

  show(backward) {
    const units = backward.strongest(1, GALLERY);
    const most = reach(backward.trace.a[0]) * Math.abs(backward.deltas[1][units[0]]) || 1;
    this.legend.show(most);
    this.tiles.forEach((tile, at) => this.#fill(tile, backward, units[at], most));
    const { length } = backward.deltas[1];
    this.caption.textContent = fill(words.backprop.allUnits, { units: length, weights: count(784 * length) });
    this.all.fit(length, this.features);
    this.all.show((unit) => backward.dWInto(1, unit), () => most);
    this.readUnit = (unit) => `d${ofLayer("W", 1)}[${unit}, i] = xᵢ × ${ofLayer("δ", 1)}${subscript(unit)} = xᵢ × (${signed(backward.deltas[1][unit])})`;
    this.rest = this.readUnit(units[0]);
  }

  #fill(tile, backward, unit, most) {
    tile.node.hidden = unit === undefined;
    if (unit === undefined) return;
    const error = backward.deltas[1][unit];
    const values = backward.dWInto(1, unit);
    tile.picture.show((index) => diverging(values[index] / most, theme()));
    tile.caption.textContent = `${fill(words.backprop.unit, { unit })}\nδ = ${signed(error, 2)}`;
    const { at } = FEATURES[this.features];
    tile.read = (input) =>
      `${at(input)}d${ofLayer("W", 1)}[${unit}, ${input}] = x${subscript(input)} × ${ofLayer("δ", 1)}${subscript(unit)} = ${number(backward.trace.a[0][input], 2)} × ${signed(error)} = ${signed(values[input])}`;
  }
}

export const PICTURES = {
  forward: HiddenForward,
  output: OutputForward,
  loss: LossPicture,
  jacobian: JacobianPicture,
  error: ErrorPicture,
  weights: WeightsPicture,
  hidden: HiddenPicture,
  first: FirstPicture,
  input: InputPicture,
};
