import assert from "node:assert/strict";
import { test } from "node:test";
import { another, formatAddress, parseAddress, unknownIn } from "../../static/js/exercises/address.js";
import { agree, BUDGET, Hunt, nameOf } from "../../static/js/exercises/hunt.js";
import { hasStart, LEVELS, shapesOf } from "../../static/js/exercises/levels.js";
import { fitting, readGrid, readNumber, splitPasted } from "../../static/js/exercises/numbers.js";
import { CURVE, portrait } from "../../static/js/exercises/portrait.js";
import { bugScore, countRight, fromFile, merged, NOTHING, stateOf, toFile, withAnswer, withBug } from "../../static/js/exercises/progress.js";
import { EQUATIONS, stepsOf } from "../../static/js/exercises/steps.js";
import { explanations, hints, judged, mostHelp, onlyMissing, score } from "../../static/js/exercises/verdicts.js";
import { said } from "../../static/js/exercises/words.js";
import { assertClose, fixture } from "./fixture.mjs";

const entriesOf = (hunt, array) => {
  const [rows, columns] = hunt.shapes[array];
  const index = Array.from({ length: rows }, (_, i) => (columns ? Array.from({ length: columns }, (__, j) => [i, j]) : [[i]])).flat();
  return index.map((each) => ({ array, index: each }));
};

test("the levels are the model's", () => {
  assert.deepEqual(LEVELS, fixture.levels);
  assert.deepEqual(LEVELS.map((_, at) => String(at + 1)), Object.keys(said.levels));
});

test("the shapes are those of the model's arrays", () => {
  const shapes = shapesOf(LEVELS[3]);
  for (const [name, shape] of Object.entries(fixture.shapes)) assert.deepEqual(shapes[name], shape, name);
});

test("each level leaves out one step more, and none asks for what it shows", () => {
  const forward = ["Y", "Z1", "H", "Z2", "P"];
  const left = LEVELS.map((level, at) => {
    const steps = stepsOf(level).filter(({ kind }) => kind !== "shown").map(({ name }) => name);
    const mean = level.examples > 1;
    return steps.filter((name) => [...forward, "D2", "dW2", "D1"].includes(name)).length + mean + !hasStart(at + 1);
  });
  assert.deepEqual(left, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(stepsOf(LEVELS[0]).map(({ name, kind }) => `${name} ${kind}`), ["Y shown", "Z1 shown", "H shown", "Z2 shown", "P shown", "D2 left", "db2 asked"]);
  assert.deepEqual(stepsOf(LEVELS[9]).filter(({ kind }) => kind === "left").map(({ name }) => name), ["Y", "Z1", "H", "Z2", "P", "D2", "D1"]);
  for (const level of LEVELS) {
    assert.deepEqual(stepsOf(level).filter(({ kind }) => kind === "asked").map(({ name }) => name).sort(), [...level.asked].sort());
    for (const { name } of stepsOf(level)) assert.ok(EQUATIONS[name], name);
  }
});

test("numbers are read as people write them", () => {
  const read = { "0.5": 0.5, "−0,25": -0.25, " 1.2e-3 ": 0.0012, "+7": 7, ".5": 0.5, "3.": 3, "1.2 × 10⁻⁵": 1.2e-5, "2·10^-3": 2e-3, "–4": -4, "1/3": 1 / 3, "-2/7": -2 / 7, "−0,5 / 2": -0.25, "1⁄4": 0.25, "0/3": 0 };
  for (const [text, value] of Object.entries(read)) assert.equal(readNumber(text), value, text);
  assert.equal(readNumber("  "), null);
  for (const text of ["x", "1,2,3", "0x10", "--1", "1 2", "NaN", "Infinity", "e5", "1/", "/2", "1/0", "1/2/3", "1 1/2"]) assert.ok(Number.isNaN(readNumber(text)), text);
});

test("a table is whole, empty or refused with the place", () => {
  assert.deepEqual(readGrid([["1", "2"], ["3", "4,5"]]), { value: [[1, 2], [3, 4.5]] });
  assert.equal(readGrid([["", " "]]), null);
  assert.deepEqual(readGrid([["1", "2"], ["", "4"]]), { problem: "gap", at: [1, 0], text: "" });
  assert.deepEqual(readGrid([["1", "two"]]), { problem: "unreadable", at: [0, 1], text: "two" });
});

test("tables are pasted from NumPy, spreadsheets and lists", () => {
  const expected = [["0.1", "-0.2"], ["3", "4e-5"]];
  for (const text of ["[[ 0.1 -0.2]\n [3 4e-5]]", "0.1\t-0.2\r\n3\t4e-5\n", "array([[0.1, -0.2],\n       [3, 4e-5]])", "0.1, -0.2\n3, 4e-5", "0.1 -0.2; 3 4e-5"]) {
    assert.deepEqual(splitPasted(text), expected, text);
  }
  assert.deepEqual(splitPasted("0,1\t−0,2"), [["0,1", "−0,2"]]);
  assert.deepEqual(splitPasted("0,1 0,2"), [["0,1", "0,2"]]);
  assert.deepEqual(splitPasted("0.1,0.2"), [["0.1", "0.2"]]);
  assert.deepEqual(splitPasted("[[0.1, -0.2], [3, 4e-5]]"), expected);
});

test("a pasted table fills fields that it fits into, and no others", () => {
  const table = (rows, columns) => Array.from({ length: rows }, () => Array(columns).fill("1"));
  assert.deepEqual(fitting(table(5, 4), [5, 4], [2, 1]), { at: [0, 0] });
  assert.deepEqual(fitting(table(1, 3), [5, 4], [4, 1]), { at: [4, 1] });
  assert.deepEqual(fitting(table(4, 5), [5, 4], [0, 0]), { problem: "transposed" });
  assert.deepEqual(fitting(table(1, 4), [5, 4], [4, 1]), { problem: "pasted" });
  assert.deepEqual(fitting([["1", "2"], ["3"]], [2, 2], [0, 0]), { problem: "ragged" });
});

test("the address says what is open, and nonsense is the usual", () => {
  assert.deepEqual(parseAddress("#level=3&seed=7&bug=2"), { level: 3, seed: 7, bug: 2 });
  assert.deepEqual(parseAddress("", 4), { level: 4, seed: 1, bug: 1 });
  for (const hash of ["#level=11&seed=-1", "#level=0&seed=4294967296", "#level=x&seed=1e3", "#bug"]) assert.deepEqual(parseAddress(hash), { level: 1, seed: 1, bug: 1 }, hash);
  for (const place of [{ level: 10, seed: 2 ** 32 - 1, bug: 5 }, { level: 2, seed: 0, bug: 1 }]) assert.deepEqual(parseAddress(formatAddress(place)), place);
  assert.equal(another(2 ** 32 - 1), 0);
  assert.equal(unknownIn("#level=99&seed=-1&bug=2&other=x"), "level=99, seed=-1");
  assert.equal(unknownIn("#level=10&seed=0"), "");
});

test("progress goes up, is exported, and merged with the better", () => {
  const tried = withAnswer(NOTHING, { level: 2, exercise: "2-1", right: false });
  const right = withAnswer(tried, { level: 2, exercise: "2-5", right: true });
  assert.equal(stateOf(NOTHING, 2), "open");
  assert.equal(stateOf(tried, 2), "tried");
  assert.deepEqual(right.levels[2], { state: "right", tries: 2, exercise: "2-5" });
  assert.equal(withAnswer(right, { level: 2, exercise: "2-9", right: false }), right);
  assert.equal(countRight(right), 1);
  const hunted = withBug(withBug(withBug(right, "4-1", 7), "4-1", 9), "4-2", 3);
  assert.deepEqual(bugScore(hunted), { found: 2, fewest: 3 });
  assert.deepEqual(bugScore(NOTHING), { found: 0, fewest: null });
  assert.deepEqual(fromFile(toFile(hunted)), hunted);
  assert.deepEqual(merged(tried, hunted), hunted);
  assert.deepEqual(merged(hunted, tried), hunted);
});

test("what is no progress is not taken, and nonsense in it is left out", () => {
  for (const text of ["", "{}", "null", "[1]", '{"kind": "other", "version": 1}', '{"kind": "byhand-exercises", "version": 2}']) assert.equal(fromFile(text), null, text);
  const levels = { 3: { state: "right", tries: 1, exercise: "3-1" }, 11: { state: "right", tries: 1, exercise: "11-1" }, 4: { state: "won", tries: 1, exercise: "4-1" }, 5: { state: "tried", tries: -1, exercise: "5-1" }, 6: null };
  const text = JSON.stringify({ kind: "byhand-exercises", version: 1, levels, bugs: { "4-1": 3, "<b>": 1, "4-2": -1 } });
  assert.deepEqual(fromFile(text), { levels: { 3: levels[3] }, bugs: { "4-1": 3 } });
});

test("the loss and its central differences are NumPy's", () => {
  const hunt = new Hunt(fixture.task);
  assertClose([hunt.loss()], [fixture.loss], 1e-12);
  for (const array of ["W1", "b1", "W2", "b2"]) {
    const entries = entriesOf(hunt, array);
    const measured = entries.map((entry) => hunt.difference(entry));
    fixture.right[`d${array}`].flat().forEach((value, at) => assert.ok(Math.abs(measured[at] - value) < 1e-9, `${nameOf(entries[at])}: ${measured[at]}, ${value}`));
    assert.deepEqual(entries.map((entry) => hunt.planted(entry)), fixture.task.gradients[`d${array}`].flat());
  }
});

test("a forgotten slope shows in the first layer alone, and differences are counted", () => {
  const hunt = new Hunt(fixture.task);
  assert.equal(hunt.left, BUDGET);
  for (const entry of [...entriesOf(hunt, "W2").slice(0, 4), ...entriesOf(hunt, "b2")]) assert.ok(hunt.measure(entry).agrees, nameOf(entry));
  for (const entry of entriesOf(hunt, "b1").slice(0, 4)) assert.ok(!hunt.measure(entry).agrees, nameOf(entry));
  assert.equal(hunt.left, 0);
  assert.equal(hunt.measure({ array: "W1", index: [1, 1] }), null);
  assert.ok(hunt.measure({ array: "b2", index: [0] }), "measured before");
  assert.equal(hunt.guess(31, [[30]]), false);
  assert.equal(hunt.guess(30, [[5, 30], [33]]), true);
  assert.deepEqual([hunt.wrongGuesses, hunt.found], [1, 30]);
  assert.equal(hunt.cost, BUDGET + 1);
});

test("agreement is to rounding, also near 0", () => {
  assert.ok(agree(0.5, 0.5 + 1e-7));
  assert.ok(agree(0, 1e-11));
  assert.ok(!agree(0.5, 0.5005));
  assert.ok(!agree(0, 1e-5));
});

const nothing = { verdict: "missing", relative_error: null, hint: "dW1 was not submitted." };
const answer = {
  right: false,
  arrays: { dW2: { verdict: "right", relative_error: 0, hint: null }, db2: { verdict: "right_given_yours", relative_error: 1, hint: "follows" }, dW1: nothing, db1: nothing },
  mistakes: [{ number: 1, name: "one", hint: "same" }, { number: 5, name: "five", hint: "same" }, { number: 11, name: "eleven", hint: "other" }],
  explanations: [[1], [5, 11]],
};

test("what is judged is what was asked for or handed in", () => {
  assert.deepEqual(judged(answer, ["dW2", "db2"]).map(({ name, good }) => [name, good]), [["dW2", true], ["db2", true]]);
  assert.deepEqual(judged(answer, ["dW2", "db1"]).map(({ name, good }) => [name, good]), [["dW2", true], ["db2", true], ["db1", false]]);
  assert.deepEqual(score(answer, ["dW2", "db2"]), { right: 1, all: 2 });
});

test("what is only missing is no mistake", () => {
  const right = { verdict: "right" };
  const { dW1, db1, ...handedIn } = { dW2: right, db2: right, dW1: nothing, db1: nothing };
  assert.deepEqual(onlyMissing({ arrays: { ...handedIn, dW1, db1 } }, ["dW2", "db2", "dW1", "db1"]), ["dW1", "db1"]);
  assert.deepEqual(onlyMissing({ arrays: { ...handedIn, dW1, db1 } }, ["dW2", "db2"]), []);
  assert.deepEqual(onlyMissing({ arrays: { dW1, db1 } }, ["dW1", "db1"]), []);
  assert.deepEqual(onlyMissing({ arrays: { dW2: { verdict: "wrong" }, dW1 } }, ["dW2", "dW1"]), []);
});

test("help ends where nothing more is known, and explanations stay together", () => {
  assert.equal(mostHelp(answer), 2);
  assert.equal(mostHelp({ right: true, mistakes: [] }), 0);
  assert.equal(mostHelp({ right: false, mistakes: [], slope: null }), 0);
  assert.equal(mostHelp({ right: false, mistakes: [], slope: { slope: [null] } }), 0);
  assert.equal(mostHelp({ right: false, mistakes: [], slope: { slope: [null, 1] } }), 1);
  assert.deepEqual(explanations(answer).map((set) => set.map(({ name }) => name)), [["one"], ["five", "eleven"]]);
  assert.deepEqual(hints(answer), ["same", "other"]);
});

test("the portrait of a forgotten slope is flat at 1, the right one lies on the curve", () => {
  const { h, slope, right } = fixture.portraits.forgotten;
  const found = portrait({ h, slope, right });
  assertClose(found.own, [1, 1], 1e-6);
  assert.equal(found.agrees, false);
  assert.equal(found.points.length, h.length);
  assert.ok(portrait(fixture.portraits.right).agrees);
  assert.deepEqual([CURVE[0], CURVE[25], CURVE.at(-1)], [[0, 0], [0.5, 0.25], [1, 0]]);
});
