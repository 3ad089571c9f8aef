import assert from "node:assert/strict";
import { test } from "node:test";
import { misfit } from "../../static/js/derivation/bench.js";
import { epochLine, stateOf } from "../../static/js/derivation/epochs.js";
import { choiceOf, entryOf, inHand, nameOf, readWeight } from "../../static/js/derivation/hand.js";
import { LINES } from "../../static/js/derivation/lines.js";
import { curveOf, movedTo, rangeOf } from "../../static/js/derivation/moving.js";
import { fillParts, num, numbersOf, toTell } from "../../static/js/derivation/parts.js";
import { difference, lossOf, forward, Pass, stepped, weightsOf, withEntry } from "../../static/js/derivation/pass.js";
import { Symbols } from "../../static/js/derivation/symbols.js";
import { aboutWeight } from "../../static/js/derivation/weight-lines.js";
import { assertClose, fixture } from "./fixture.mjs";

const { layers, weights: flat, x, label, expected } = fixture;
const arrays = Object.fromEntries(Object.entries(flat).map(([name, data]) => [name, { data: Float32Array.from(data) }]));
const weights = weightsOf({ layers, arrays });
const pass = new Pass(weights, Float64Array.from(x), label);
const hand = inHand(pass);
const ENTRIES = ["W1", "b1", "W2", "b2"].map((array) => entryOf(array, { ...hand, j: 7 }));
const symbols = (entry = ENTRIES[2]) => new Symbols(pass, { hand, entry, alpha: 0.1, batch: [pass, new Pass(weights, pass.x, 5)] });

/** All numbers that are shown under an equation, opened. */
function shown({ line, more }) {
  const cells = ({ table }) => (table ? [...table.rows, table.foot ?? []] : []);
  const bars = ({ bars: found }) => (found ? [...pass.yhat.keys()].map(found.cell) : []);
  return numbersOf([line, ...(more?.() ?? []).flatMap((block) => [block.words ?? [], cells(block), bars(block)])]);
}

test("every array of both passes is the model's, in double precision", () => {
  for (const [name, values] of Object.entries(expected)) {
    assertClose([name === "J" ? pass.J.map((row) => [...row]) : pass[name]].flat(2).flatMap((each) => (each.length === undefined ? each : [...each])), [values].flat(2), 1e-11);
  }
});

test("each derivative agrees with its central difference", () => {
  for (const entry of ENTRIES) {
    const [derived, measured] = [pass.derivative(entry), difference(pass, entry)];
    assert.ok(Math.abs(derived - measured) < 1e-8 * Math.max(1, Math.abs(derived)), `${nameOf(entry)}: ${derived}, ${measured}`);
    const { result, code } = aboutWeight(symbols(entry), entry);
    assert.equal(result.value, derived);
    assert.ok(code.startsWith(`d${nameOf(entry)} = `));
  }
});

test("the Jacobian's rows sum to 0, and its columns times −y/ŷ give ŷ − y", () => {
  for (const row of pass.J) assert.ok(Math.abs(row.reduce((sum, each) => sum + each, 0)) < 1e-15);
  const chain = Array.from(pass.yhat, (_, j) => pass.dL_dyhat.reduce((sum, each, k) => sum + each * pass.J[k][j], 0));
  assertClose(chain, [...pass.delta2], 1e-12);
});

test("the naive chain rule is right for the label's output alone", () => {
  const s = symbols();
  const wrong = [...pass.yhat.keys()].filter((j) => Math.abs(s.naive(j).value - pass.delta2[j]) > 1e-12);
  assert.deepEqual(wrong, [...pass.yhat.keys()].filter((j) => j !== label));
});

test("each of the 22 equations has a line of numbers, and what is written out adds up", () => {
  assert.deepEqual(Object.keys(LINES).map(Number), Array.from({ length: 22 }, (_, at) => at + 1));
  for (const [equation, lines] of Object.entries(LINES)) {
    const { line, more } = lines(symbols());
    const numbers = shown({ line, more });
    assert.ok(numbersOf(line).length > 0, equation);
    for (const { symbol, value } of numbers) assert.ok(Number.isFinite(value), `${equation}: ${symbol}`);
  }
  for (const equation of [2, 4, 15, 17]) {
    const { table } = LINES[equation](symbols()).more().find(({ table: found }) => found?.foot);
    const total = table.rows.reduce((sum, row) => sum + row.at(-1).value, 0);
    assert.ok(Math.abs(total - table.foot.at(-1).value) < 1e-12, equation);
  }
});

test("one symbol has one value, wherever it stands", () => {
  const known = new Map();
  for (const lines of Object.values(LINES)) {
    for (const { symbol, value } of shown(lines(symbols()))) {
      if (known.has(symbol)) assert.ok(Math.abs(known.get(symbol) - value) < 1e-12, symbol);
      known.set(symbol, value);
    }
  }
  assert.ok(known.size > 100);
});

test("a step down the gradient lowers the loss as the slope promises", () => {
  const squared = [...weights.W1.keys()].reduce((sum, at) => sum + pass.dW1(Math.floor(at / pass.hidden), at % pass.hidden) ** 2, 0)
    + [...weights.W2.keys()].reduce((sum, at) => sum + pass.dW2(Math.floor(at / 10), at % 10) ** 2, 0)
    + [...pass.delta1, ...pass.delta2].reduce((sum, each) => sum + each ** 2, 0);
  const rate = 1e-6;
  const fall = pass.L - lossOf(forward(stepped(pass, rate), pass.x), label);
  assert.ok(Math.abs(fall / (rate * squared) - 1) < 1e-3);
});

test("a weight that is moved draws the loss as it is, and its tangent touches it", () => {
  for (const entry of ENTRIES) {
    const { own, least, most } = rangeOf(pass, entry);
    const points = curveOf(pass, entry);
    assert.deepEqual([points[0][0], Math.round(points.at(-1)[0] * 1e9)], [least, Math.round(most * 1e9)]);
    assert.ok(Math.abs(points[40][0] - own) < 1e-12 && Math.abs(points[40][1] - pass.L) < 1e-12);
    const moved = movedTo(pass, entry, points[60][0]);
    assert.ok(Math.abs(moved.L - points[60][1]) < 1e-12);
    const slope = (points[61][1] - points[59][1]) / (points[61][0] - points[59][0]);
    assert.ok(Math.abs(moved.derivative(entry) - slope) < 0.05 * Math.max(0.1, Math.abs(slope)), nameOf(entry));
  }
  assert.equal(pass.weights, weights); // it is the copies that move
});

test("a weight is read as readers write it", () => {
  const read = (text) => readWeight(text, weights);
  for (const text of ["W2[3, 7]", " w2 [3,7] ", "W2[3][7]", "W2(3, 7)", "W2 3 7"]) assert.deepEqual(read(text), { entry: { array: "W2", index: [3, 7] } }, text);
  assert.deepEqual(read("b1[2]").entry, { array: "b1", index: [2] });
  assert.deepEqual(read("W1[783, 0]").entry, { array: "W1", index: [783, 0] });
  assert.equal(nameOf(read("b2 9").entry), "b2[9]");
  assert.deepEqual(choiceOf(read("W1[400, 2]").entry), { p: 400, i: 2 });
});

test("what names no weight is refused by kind", () => {
  const read = (text) => readWeight(text, weights);
  for (const text of ["", "W3[1, 2]", "seventeen", "W2[-1, 2]", "W2[1.5, 2]", "W2[1, 2, 3]"]) assert.equal(read(text).error, "form", text);
  assert.equal(read("W2[3]").error, "two");
  assert.equal(read("b2[3, 1]").error, "one");
  const { error, most, found, what } = read("W2[3, 10]");
  assert.deepEqual([error, most, found, what], ["range", 9, 10, "outputs"]);
  assert.equal(read("W1[784, 0]").what, "pixels");
  assert.equal(read(`b1[${layers[1]}]`).what, "units");
});

test("the weight in hand: a unit that speaks for the label, a pixel with ink, and what the reader chose", () => {
  assert.equal(hand.j, label);
  assert.ok(pass.x[hand.p] > 0);
  assert.deepEqual(inHand(pass, { i: 1, j: 2 }).i, 1);
  assert.equal(inHand(pass, { j: 2 }).j, 2);
});

test("a batch averages: half of each of two digits' gradients", () => {
  const { line } = LINES[18](symbols());
  const mean = numbersOf(line).at(-1).value;
  const other = new Pass(weights, pass.x, 5);
  assert.ok(Math.abs(mean - (pass.dW2(hand.i, hand.j) + other.dW2(hand.i, hand.j)) / 2) < 1e-15);
  const alone = LINES[18](new Symbols(pass, { hand, entry: ENTRIES[2], alpha: 0.1 })).line;
  assert.equal(numbersOf(alone).at(-1).value, pass.dW2(hand.i, hand.j));
});

test("numbers that differ little are written so that it shows", () => {
  assert.equal(toTell(num("a", 12.6), 1e-4).digits, 9);
  assert.equal(toTell(num("a", 1), 2).digits, 3);
  assert.equal(toTell(num("a", 1), 0).digits, 3);
});

test("a template is filled with numbers, and its subscripts are no names", () => {
  assert.deepEqual(fillParts("ŷ_{k} is {value}.", { value: num("L", 1) }), ["ŷ_{k} is ", { symbol: "L", value: 1 }, "."]);
  assert.throws(() => fillParts("{a}", {}), /\{a\}/);
});

test("epochs are printed as the text's loop prints them", () => {
  const { line, beside } = epochLine({ epoch: 3, test_accuracy: 0.90123, validation_accuracy: 0.91 }, 10);
  assert.equal(line, "Epoch 3/10 - Test Accuracy: 0.9012");
  assert.equal(beside, "validation: 0.9100");
  assert.equal(epochLine({ epoch: 3, validation_accuracy: 0.91 }, 10).line, "Epoch 3/10");
  assert.match(stateOf({ state: "running", progress: { epoch: 2, epochs: 10 } }), /2 of 10/);
});

test("networks whose equations are others are told apart", () => {
  const text = { layers: [784, 128, 10], activation: "sigmoid", features: "pixels" };
  assert.equal(misfit(text), null);
  assert.equal(misfit({ ...text, features: "edges" }), "features");
  assert.equal(misfit({ ...text, layers: [784, 64, 32, 10] }), "deeper");
  assert.equal(misfit({ ...text, activation: "relu" }), "activation");
});

test("changing one entry leaves the other weights alone", () => {
  const changed = withEntry(weights, { array: "W2", index: [3, 7] }, 5);
  assert.equal(changed.W2[3 * 10 + 7], 5);
  assert.equal(changed.W1, weights.W1);
  assert.notEqual(weights.W2[37], 5);
});
