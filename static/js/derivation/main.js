/** The entry point of the derivation's live part: connects the pad, the numbers under the equations, any weight, and the ten epochs. */

import { encodeDrawing } from "../draw/drawing-code.js";
import { USUAL } from "../network/choice.js";
import { find, onceAFrame } from "../ui/dom.js";
import { keep, kept } from "../ui/kept-state.js";
import { parseState } from "../ui/url-state.js";
import { companions } from "./batch.js";
import { Bench } from "./bench.js";
import { BenchView } from "./bench-view.js";
import { EpochsView } from "./epochs-view.js";
import { choiceOf, entryOf, inHand, nameOf } from "./hand.js";
import { LiveView } from "./live-view.js";
import { nearFirst } from "./near-first.js";
import { Pass } from "./pass.js";
import { Symbols } from "./symbols.js";
import { WeightView } from "./weight-view.js";

const TEXTS_RATE = 0.01; // the learning rate of the text's loop

const link = parseState(location.hash);
const state = link.ink || link.model ? link : (kept() ?? {});
const bench = new Bench();
const pad = new BenchView(find("#bench"), bench);
const live = new LiveView();
const weight = new WeightView(find("#weight-tool"), hold);
const showWeight = nearFirst(find("#any-weight"), (symbols) => weight.show(symbols));
new EpochsView(find("#epochs"));

let arrived = false;
for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) addEventListener(name, () => (arrived = true), { once: true, passive: true });

let pass = null;
let others = null; // the digits that make a batch with the reader's
let [chosen, array] = [{}, "W2"]; // what the reader chose of {p, i, j}, and which array's entry is in hand

const paint = onceAFrame(() => {
  const hand = inHand(pass, chosen);
  const entry = entryOf(array, hand);
  const batch = others && [pass, ...others.map(({ x, label }) => new Pass(pass.weights, x, label))];
  const symbols = new Symbols(pass, { hand, entry, batch, alpha: Number(state.rate) || TEXTS_RATE });
  pad.hold(nameOf(entry));
  const all = !bench.drawing.drawing; // what is out of sight waits for the end of a stroke
  live.show(symbols, all);
  showWeight(symbols, all);
  if (!arrived) arrive();
});

/** The numbers that came have pushed down the equation that the address names: go there again, unless the reader has moved. */
function arrive() {
  arrived = true;
  document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
}

/** Take a weight in hand: all equations take it as their example. */
function hold(entry) {
  chosen = { ...chosen, ...choiceOf(entry) };
  ({ array } = entry);
  if (pass) paint();
}

bench.addEventListener("numbers", ({ detail }) => {
  const other = pass && pass.hidden !== detail.pass.hidden;
  if (other) [chosen, array] = [{}, "W2"]; // a unit of another network
  ({ pass } = detail);
  document.body.dataset.model = detail.backward.network.id;
  document.body.dataset.label = pass.label;
  paint();
  accompany(detail.backward.network);
});

bench.addEventListener("check", ({ detail }) => live.check(detail));

async function accompany({ id }) {
  const found = await companions(id).catch(() => null); // without them the batch is of one
  if (found === others) return;
  others = found;
  paint();
}

/** The main page finds the same drawing, network and label. */
function save() {
  if (bench.drawing.drawing) return;
  const model = bench.choice.own === USUAL ? null : bench.choice.own;
  keep({ ...kept(), ink: bench.sample ? null : encodeDrawing(bench.drawing), model, label: bench.lesson.chosen });
}

await bench.open(state);
bench.drawing.addEventListener("settle", save);
bench.choice.addEventListener("change", save);
find("#label").addEventListener("change", save);
