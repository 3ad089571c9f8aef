/** The drawn network: a handful of its nodes and the wires between them, which light up as the walk through the stages comes by. */

import { ACTIVATIONS } from "../../network/activation.js";
import { find, say, sayRaised, svg, textUnit } from "../../ui/dom.js";
import { number, ofLayer } from "../../ui/format.js";
import { diverging, reach, slate } from "../../ui/palette.js";
import { theme } from "../../ui/theme.js";
import { fill, words } from "../../ui/words.js";
import { pick, valueOf } from "./choice.js";
import { arrows, inputPicture, node, wire } from "./drawing.js";
import { HEIGHT, place, RADIUS } from "./layout.js";
import { carried, isLit, stateAt } from "./state.js";
import { sentence } from "./sums.js";

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class WiresView {
  #root;
  #plot;
  #width = 0;
  #backward = null;
  #state = null;
  #mode = null; // chosen by the reader until the next stage
  #stage = ""; // the id of the stage that is drawn
  #layers = []; // the nodes that are drawn, and last the loss
  #groups = []; // their elements
  #cursor = null; // [layer, place]

  constructor(root) {
    this.#root = root;
    this.#plot = find("#wires-plot", root);
    root.addEventListener("change", ({ target }) => {
      if (target.name === "wires-mode") this.#mode = target.value;
      this.#draw();
    });
    this.#plot.addEventListener("keydown", (event) => this.#move(event));
    new ResizeObserver(() => this.#fit(this.#plot.parentElement.clientWidth / textUnit())).observe(this.#plot.parentElement);
    document.addEventListener("themechange", () => this.#draw());
  }

  /** `held`: the numbers of this stage are not to be seen yet. */
  show(backward, stages, index, held) {
    this.#backward = backward;
    const stage = `${stages[index].id} ${held}`;
    this.#plot.dataset.moves = String(stage !== this.#stage); // a stage arrives once, however often its numbers change
    if (stage !== this.#stage) this.#mode = null;
    this.#stage = stage;
    this.#state = stateAt(stages, held ? index - 1 : index, backward.depth);
    if (held) this.#state.current = null;
    find("#wires-unit", this.#root).max = backward.network.layers.at(-2) - 1;
    this.#draw();
  }

  #fit(width) {
    this.#width = Math.round(width);
    this.#plot.setAttribute("viewBox", `0 0 ${this.#width} ${HEIGHT}`);
    this.#draw();
  }

  get #chosen() {
    const extra = find("#wires-unit", this.#root);
    const known = this.#state.delta < this.#backward.depth;
    return { by: find("#wires-by", this.#root).value, extra: extra.value && extra.validity.valid ? Number(extra.value) : null, known };
  }

  #draw() {
    if (!this.#backward || !this.#width) return;
    const mode = this.#mode ?? this.#state.mode;
    find(`[name=wires-mode][value=${mode}]`, this.#root).checked = true;
    this.#layers = [...pick(this.#backward, this.#chosen), [0]];
    const { picture, columns } = place(this.#layers.slice(0, -1).map((nodes) => nodes.length), this.#width);
    const at = (layer, place) => [columns[layer].x, columns[layer].ys[place]];
    const most = [];
    const wires = this.#layers.slice(1).map((_, before) => this.#wires(before + 1, mode, at, most));
    const [focused, cursor] = [this.#plot.contains(document.activeElement), this.#cursor]; // taking a node away may blur it
    this.#groups = this.#layers.map((nodes, layer) => nodes.map((index, place) => this.#node(layer, index, place, at(layer, place))));
    this.#plot.replaceChildren(
      ...inputPicture(picture, this.#backward.trace.a[0], this.#backward.network.features, this.#layers[0].map((index, place) => ({ index, to: at(0, place) }))),
      svg("g", {}, wires.flat()),
      ...this.#columnNames(columns),
      svg("g", {}, this.#groups.flat()),
    );
    sayRaised(find("#wires-key", this.#root), this.#scale(most));
    this.#settle(focused, cursor);
  }

  #wires(layer, mode, at, most) {
    const { depth } = this.#backward;
    const kind = carried(mode, layer, this.#state);
    const lit = isLit(kind, layer, this.#state, depth);
    const { current } = this.#state;
    const way = this.#mode === null && current?.layer === layer ? (current.way === "forward" ? "forward" : "back") : null;
    const [before, after] = [this.#layers[layer - 1], this.#layers[layer]];
    const values = lit ? before.map((from) => after.map((to) => valueOf(this.#backward, kind, layer, from, to))) : null;
    const largest = values && reach(values.flat());
    most.push({ layer, kind, largest });
    return before.flatMap((from, i) =>
      after.map((to, j) => {
        const line = wire(at(layer - 1, i), at(layer, j), values && values[i][j] / largest, way);
        Object.assign(line.dataset, { layer, from, to, ...(values ? { value: values[i][j] } : {}) });
        return line;
      }),
    );
  }

  #node(layer, index, place, at) {
    const { depth, label, probabilities } = this.#backward;
    const isLoss = layer > depth;
    const radius = isLoss ? RADIUS.loss : layer ? RADIUS.node : RADIUS.input;
    const answer = probabilities.indexOf(Math.max(...probabilities));
    const name = isLoss ? "L" : layer ? String(index) : "";
    const look = { ...this.#colours(layer, index), marked: layer === depth && (index === label || (this.#state.forward === depth && index === answer)) };
    const said = sentence(this.#backward, this.#state, layer, index);
    const group = node(at, radius, name, look, { role: "img", "aria-label": said.replaceAll("^", ""), tabindex: -1, "data-layer": layer, "data-node": index });
    group.addEventListener("pointerenter", () => this.#look([layer, place]));
    group.addEventListener("pointerdown", () => this.#look([layer, place]));
    group.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || this.#look(null));
    group.addEventListener("focus", () => this.#look([layer, place]));
    group.addEventListener("blur", () => this.#look(null));
    return group;
  }

  /** The colour of a node's activation and that of its error, as far as they are known. */
  #colours(layer, index) {
    const { network, trace, deltas, depth } = this.#backward;
    const { forward, delta, input, current } = this.#state;
    if (layer > depth) return { fill: null, ring: null };
    const a = trace.a[layer];
    const bothSides = layer && layer < depth && ACTIVATIONS[network.activation].signed;
    const fill = layer <= forward ? (bothSides ? diverging(a[index] / reach(a), theme()) : slate(a[index])) : null;
    const errors = layer ? deltas[layer] : this.#backward.inputError;
    const ring = (layer ? layer >= delta : input) ? diverging(errors[index] / reach(errors), theme()) : null;
    const arrived = current && (current.way === "forward" ? current.layer : current.way === "back" ? current.layer - 1 : null);
    return { fill, ring, fresh: arrived === layer };
  }

  #columnNames(columns) {
    const { depth } = this.#backward;
    const { current, forward, loss, delta, input } = this.#state;
    const names = [["x"], ...Array.from({ length: depth - 1 }, (_, at) => (depth === 2 ? ["h"] : ["h", at + 1])), ["ŷ"], []];
    const texts = columns.map(({ x }, layer) => svg("text", { x, y: 16, "text-anchor": "middle", class: "wires-name" }, names[layer][0] ?? "", names[layer][1] ? svg("tspan", { dy: -5, "font-size": 9 }, `[${names[layer][1]}]`) : []));
    const between = columns.slice(1).flatMap(({ x }, before) => {
      const layer = before + 1;
      const lit = { forward: layer > depth ? loss : layer <= forward, back: layer === 1 ? input : layer - 1 >= delta };
      const way = current?.layer === layer && (current.way === "forward" || current.way === "back") ? current.way : null;
      return arrows([columns[before].x + 8, x - 8], lit, way);
    });
    return [...texts, ...between];
  }

  /** What the colours mean, and how large the largest value of each layer is. */
  #scale(most) {
    const { largest, kinds, dark } = words.wires;
    const lit = most.filter(({ layer, largest: value }) => layer <= this.#backward.depth && value !== null);
    const parts = lit.map(({ layer, kind, largest: value }) => fill(largest, { kind: kinds[kind], layer: ofLayer("W", layer), value: number(value) }));
    return parts.length ? `${words.wires.colours} ${parts.join(" ")}` : dark;
  }

  /** After all nodes were drawn anew, the one that was pointed at still is. */
  #settle(focused, cursor) {
    const group = cursor && this.#groups[cursor[0]]?.[cursor[1]];
    this.#look(group ? cursor : null);
    if (group && focused) group.focus({ preventScroll: true });
  }

  #look(place) {
    const rest = place === null;
    this.#cursor = place;
    const [layer, at] = place ?? [this.#layers.length - 2, this.#backward.label]; // where the keyboard enters
    this.#groups.flat().forEach((group) => group.setAttribute("tabindex", group === this.#groups[layer][at] ? 0 : -1));
    this.#plot.classList.toggle("wires-pointed", !rest);
    const index = this.#layers[layer][at];
    for (const line of this.#plot.querySelectorAll(".wire")) {
      const { layer: after, from, to } = line.dataset;
      line.classList.toggle("wire-near", !rest && ((Number(after) === layer && Number(to) === index) || (Number(after) === layer + 1 && Number(from) === index)));
    }
    sayRaised(find("#wires-say", this.#root), rest ? words.wires.atRest : sentence(this.#backward, this.#state, layer, index));
  }

  #move(event) {
    if (!(event.key in STEPS) || !this.#cursor) return;
    event.preventDefault();
    const [right, down] = STEPS[event.key];
    const [layer, at] = this.#cursor;
    const to = this.#groups[layer + right] ? layer + right : layer;
    const place = right ? Math.round(((at + 0.5) * this.#groups[to].length) / this.#groups[layer].length - 0.5) : at + down;
    this.#groups[to][Math.min(Math.max(place, 0), this.#groups[to].length - 1)].focus({ preventScroll: true });
  }
}
