/** The part "Look inside": input, hidden units and outputs as colours; pointing at one colours the others by its weights. */

import { ACTIVATIONS, fieldShape } from "./activation.js";
import { Bars } from "../ui/bars.js";
import { element, find, say } from "../ui/dom.js";
import { FEATURES } from "./features.js";
import { aDigit, number, percent, signed } from "../ui/format.js";
import { GridPicture } from "./grid-picture.js";
import { inputLayout } from "./layout.js";
import { Legend } from "../ui/legend.js";
import { diverging, reach, slate } from "../ui/palette.js";
import { theme } from "../ui/theme.js";
import { products, strongestFor } from "./trace.js";
import { UnitCard } from "./unit-card.js";
import { WeightsSheet } from "./weights-sheet.js";
import { fill, words } from "../ui/words.js";

export class InsideView {
  #root;
  #input;
  #fields = [];
  #bars;
  #legend;
  #card;
  #sheet = null;
  #network = null;
  #trace = null;
  #digit = null;
  #chosen = null; // {layer, unit} picked by the reader; otherwise the strongest for the answer
  #focus = null; // {kind: "input" | "unit" | "output", layer, index}

  constructor(root) {
    this.#root = root;
    this.#input = new GridPicture(find("#inside-input", root), {});
    this.#input.addEventListener("inspect", ({ detail }) => this.#look("input", 0, detail));
    const look = (digit) => this.#look("output", null, digit);
    this.#bars = new Bars(find("#inside-outputs", root), { onInspect: look });
    this.#card = new UnitCard(find("#unit-card", root));
    this.#legend = { slate: new Legend("slate", words.pictures.activation), diverging: new Legend("diverging", "") };
    find("#inside-legend", root).append(this.#legend.slate.node, this.#legend.diverging.node);
  }

  clear() {
    this.#trace = null;
    this.#root.dataset.empty = "true";
  }

  show(network, trace, digit) {
    if (network !== this.#network) this.#take(network);
    this.#trace = trace;
    this.#digit = digit;
    this.#root.dataset.empty = "false";
    this.#paint();
  }

  /** Another age of the same network keeps the unit that was chosen and what is pointed at. */
  #take(network) {
    const before = this.#network;
    this.#network = network;
    if (before && network.isLike(before)) this.#allWeights();
    else this.#build(network);
  }

  #build(network) {
    this.#chosen = null;
    this.#focus = null;
    this.#input.arrange(inputLayout(network.features));
    this.#input.name(words.features.picture[network.features]);
    const holder = find("#inside-fields", this.#root);
    this.#fields = network.layers.slice(1, -1).map((units, at) => this.#field(units, at + 1));
    this.#allWeights();
    holder.replaceChildren(...this.#fields.map(({ node }) => node));
  }

  #allWeights() {
    this.#sheet ??= new WeightsSheet(find("#all-weights", this.#root), (unit) => this.#look("unit", 1, unit), (unit) => this.#choose(1, unit));
    this.#sheet.show(this.#network);
  }

  #field(units, layer) {
    const canvas = element("canvas", { id: `hidden-${layer}` });
    const { hiddenUnits, hiddenUnitsOf } = words.inside;
    const name = fill(this.#network.depth > 2 ? hiddenUnitsOf : hiddenUnits, { n: units, layer });
    const picture = new GridPicture(canvas, { ...fieldShape(units), cell: 24, gap: 2, label: name });
    const inUse = (index) => (index === null || index < units ? index : null);
    picture.addEventListener("inspect", ({ detail }) => this.#look("unit", layer, inUse(detail)));
    picture.addEventListener("choose", ({ detail }) => this.#choose(layer, inUse(detail)));
    return { picture, canvas, units, layer, node: element("figure", {}, canvas, element("figcaption", {}, name)) };
  }

  #look(kind, layer, index) {
    // A picture's "leave" may arrive after the next picture's "enter"; then it is ignored.
    if (index === null && (this.#focus?.kind !== kind || this.#focus.layer !== layer)) return;
    this.#focus = index === null ? null : { kind, layer, index };
    if (this.#trace) this.#paint();
  }

  #choose(layer, unit) {
    const again = this.#chosen?.layer === layer && this.#chosen.unit === unit;
    this.#chosen = unit === null || again ? null : { layer, unit };
    if (this.#trace) this.#paint();
  }

  #paint() {
    const { probabilities, a, upright } = this.#trace;
    this.#input.show((index) => slate(a[0][index]), upright);
    this.#bars.show(probabilities, { marked: [this.#digit] });
    let signedMost = null;
    for (const field of this.#fields) {
      const values = this.#recoloured(field.layer);
      if (values) signedMost = Math.max(signedMost ?? 0, reach(values));
      this.#paintField(field, values);
    }
    this.#showLegend(signedMost, reach(a[1]));
    say(find("#inside-say", this.#root), this.#sentence());
    this.#showCard();
  }

  /** `signedMost`: the largest magnitude while weights are shown; null while activations are shown, up to `activationMost`. */
  #showLegend(signedMost, activationMost) {
    const bothSides = signedMost !== null || ACTIVATIONS[this.#network.activation].signed;
    this.#legend.slate.node.hidden = bothSides;
    this.#legend.diverging.node.hidden = !bothSides;
    if (!bothSides) this.#legend.slate.show(activationMost);
    else this.#legend.diverging.show(signedMost ?? activationMost).meaning.textContent = signedMost === null ? words.pictures.activation : this.#meaning();
  }

  #paintField({ picture, canvas, units, layer }, values) {
    const activations = this.#trace.a[layer];
    const most = reach(values ?? activations);
    const bothSides = ACTIVATIONS[this.#network.activation].signed;
    picture.show((unit) => {
      if (unit >= units) return null;
      if (values) return diverging(values[unit] / most, theme());
      return bothSides ? diverging(activations[unit] / most, theme()) : slate(activations[unit] / Math.max(most, 1));
    });
    canvas.dataset.signed = String(values !== null || bothSides);
    picture.choose(this.#shown().layer === layer ? this.#shown().unit : null);
  }

  /** The signed values of a layer for the unit that is pointed at; null if its activations are to be shown. */
  #recoloured(layer) {
    const { kind, index, layer: at } = this.#focus ?? {};
    if (kind === "input" && layer === 1) return this.#network.outOf(1, index);
    if (kind === "output" && layer === this.#network.depth - 1) {
      return products(this.#trace.a[layer], this.#network.into(layer + 1, index));
    }
    if (kind === "unit" && layer === at - 1) return products(this.#trace.a[layer], this.#network.into(at, index));
    return null;
  }

  #meaning() {
    const { kind, index } = this.#focus;
    if (kind === "input") return words.inside.fromInput[this.#network.features];
    return kind === "output" ? fill(words.inside.toOutput, { digit: index }) : words.inside.toUnit;
  }

  #sentence() {
    const { kind, index, layer } = this.#focus ?? {};
    const { a, z, probabilities, depth } = this.#trace;
    if (kind === "input") {
      const { tell } = FEATURES[this.#network.features];
      return fill(words.inside.pushes, { input: tell(index, number(a[0][index], 2)) });
    }
    if (kind === "unit") return fill(words.inside.unit, { unit: index, z: signed(z[layer][index]), a: number(a[layer][index]) });
    if (kind !== "output") return words.inside.atRest;
    const output = { digit: index, z: signed(z[depth][index]), chance: percent(probabilities[index]), aDigit: aDigit(index) };
    return fill(words.inside.output, output);
  }

  #shown() {
    if (this.#focus?.kind === "unit") return { layer: this.#focus.layer, unit: this.#focus.index };
    const last = this.#network.depth - 1;
    if (this.#chosen) return this.#chosen;
    return { layer: last, unit: last ? strongestFor(this.#trace, this.#network, this.#digit) : null };
  }

  #showCard() {
    const { layer, unit } = this.#shown();
    if (unit !== null) this.#card.show(this.#network, this.#trace, layer, unit, { strongestFor: this.#byItself() ? this.#digit : null });
  }

  #byItself() {
    return this.#focus?.kind !== "unit" && !this.#chosen;
  }
}
