/** The pictures of the forward pass: the hidden units, then the outputs, each with the sum and the function that made it. */

import { ACTIVATIONS, fieldShape } from "../network/activation.js";
import { chance, number, ofLayer, signed, subscript } from "../ui/format.js";
import { BarsPicture, Grid } from "./stage-parts.js";
import { fill, words } from "../ui/words.js";

/** The name of a layer's output: h for a single hidden layer, h^[1], h^[2] … for several. */
const outputName = (layer, depth) => (depth === 2 ? "h" : ofLayer("h", layer));

export class HiddenForward extends Grid {
  constructor(tell, { layer }, network) {
    const label = fill(words.inside.hiddenUnits, { n: network.layers[layer] });
    const kind = ACTIVATIONS[network.activation].signed ? "diverging" : "slate";
    super({ label, meaning: words.pictures.activation, kind, ...fieldShape(network.layers[layer]), cell: 24, gap: 2 }, tell);
    this.layer = layer;
  }

  show({ network, trace }) {
    const { layer } = this;
    const [z, a] = [trace.z[layer], trace.a[layer]];
    const { symbol } = ACTIVATIONS[network.activation];
    this.colour(a);
    this.read = (unit) => {
      if (unit >= a.length) return null;
      const [name, bias] = [subscript(unit), network.bias(layer, unit)];
      const sum = `${number(z[unit] - bias)} ${signed(bias).replace(/^[+−]/, "$& ")}`;
      const before = layer === 1 ? "x" : ofLayer("h", layer - 1);
      return `${outputName(layer, trace.depth)}${name} = ${symbol}(Σ ${ofLayer("W", layer)} ${before} + b) = ${symbol}(${sum}) = ${symbol}(${number(z[unit])}) = ${number(a[unit])}`;
    };
    this.rest = this.read(a.indexOf(Math.max(...a)));
  }
}

export class OutputForward extends BarsPicture {
  constructor(tell) {
    super({}, tell);
  }

  show({ trace, probabilities, depth }) {
    const z = trace.z[depth];
    const sum = z.reduce((all, each) => all + Math.exp(each), 0);
    const best = probabilities.indexOf(Math.max(...probabilities));
    this.bars.show(probabilities, { marked: [best] });
    this.read = (digit) => {
      const name = `${ofLayer("z", depth)}${subscript(digit)}`;
      return `ŷ${subscript(digit)} = exp(${name}) / Σ exp(${ofLayer("z", depth)}ₖ) = exp(${number(z[digit])}) / ${number(sum)} = ${chance(probabilities[digit])}`;
    };
    this.rest = this.read(best);
  }
}
