import assert from "node:assert/strict";
import { test } from "node:test";
import { Bug, BUDGET } from "../../static/js/exercises/bug.js";
import { compared, difference, lossOf } from "../../static/js/exercises/difference.js";
import { exported, imported, stateOf, tried } from "../../static/js/exercises/progress.js";
import { readGrid, readNumber, shapeOf } from "../../static/js/exercises/typed.js";

// A 1-1-2 network with one example, worked by hand: z = 0, h = 1/2, both logits 0.
const arrays = { W1: [[1]], b1: [-1], W2: [[0, 0]], b2: [0, 0], X: [[1]], y: [0] };

test("numbers are read as people type them", () => {
  const read = { "0.25": 0.25, " −.5 ": -0.5, "0,25": 0.25, "1e-3": 0.001, "+2.": 2, "–1": -1 };
  for (const [text, value] of Object.entries(read)) assert.equal(readNumber(text), value);
  assert.equal(readNumber("  "), null);
  for (const text of ["1/2", "a", "1.2.3", "--1", "Infinity", "0x1", "1,2,3"]) assert.ok(Number.isNaN(readNumber(text)), text);
});

test("a grid is whole, empty, partly filled or bad", () => {
  assert.deepEqual(readGrid(["1", "2", "3", "4"], [2, 2]), { values: [[1, 2], [3, 4]] });
  assert.deepEqual(readGrid(["1", "2"], [2]), { values: [1, 2] });
  assert.deepEqual(readGrid(["", " "], [2]), {});
  assert.deepEqual(readGrid(["1", ""], [2]), { partly: true });
  assert.deepEqual(readGrid(["1", "x"], [2]), { bad: 1 });
  assert.deepEqual(["dW1", "db1", "dW2", "db2"].map((array) => shapeOf(array, [8, 5, 4])), [[8, 5], [5], [5, 4], [4]]);
});

test("the loss and its slopes are those worked by hand", () => {
  const near = (found, right) => assert.ok(Math.abs(found - right) < 1e-9, `${found} is not ${right}`);
  near(lossOf(arrays), Math.log(2));
  near(difference(arrays, "b2", [0]), -0.5);
  near(difference(arrays, "W2", [0, 1]), 0.25); // h δ
  near(difference(arrays, "W1", [0, 0]), 0); // both weights back are 0
  near(difference({ ...arrays, W2: [[2, 0]] }, "b1", [0]), (1 / (1 + Math.exp(-1)) - 1) * 2 * 0.25); // δ w σ′
});

test("an entry agrees, is 0, or is so many times too large", () => {
  assert.equal(compared(0.50001, 0.5, 1), "same");
  assert.equal(compared(1e-9, -1e-9, 1), "same");
  assert.equal(compared(0, 0.5, 1), "zero");
  assert.equal(compared(1.5, 0.5, 1), 3);
});

test("progress counts tries until it is right, and survives a file", () => {
  let progress = tried({}, 3, 7, false);
  progress = tried(progress, 3, 7, true);
  progress = tried(progress, 3, 8, false);
  assert.deepEqual(progress, { 3: { tries: 2, right: true, seed: 7 } });
  assert.equal(stateOf(progress, 3), "right");
  assert.equal(stateOf(tried({}, 1, 0, false), 1), "tried");
  assert.equal(stateOf({}, 1), "open");
  assert.deepEqual(imported(exported(progress)), progress);
  for (const text of ["", "{", "null", "[]", '{"progress": {}}', '{"byhand-exercises": 1}']) assert.equal(imported(text), null);
  const odd = { "byhand-exercises": 1, progress: { 11: {}, x: 1, 2: { tries: -4, right: "yes", seed: 1.5 }, 4: null } };
  assert.deepEqual(imported(JSON.stringify(odd)), { 2: { tries: 0, right: false, seed: 0 }, 4: { tries: 0, right: false, seed: 0 } });
});

test("a bug's finite differences are few, and each entry is bought once", () => {
  const gradients = { dW2: [[-0.5, 0.5]], db2: [-0.5, 0.5], dW1: [[0]], db1: [0] };
  const bug = new Bug({ arrays, gradients, exercise: "4-1" });
  assert.equal(bug.buy("dW2", [0, 0]).relation.toFixed(6), "2.000000");
  assert.equal(bug.buy("dW2", [0, 0]), null);
  assert.equal(bug.buy("db2", [1]).relation, "same");
  assert.equal(bug.left, BUDGET - 2);
  for (let place = 0; bug.left; place++) bug.bought.push({ array: "db1", place });
  assert.equal(bug.buy("dW2", [0, 1]), null);
});
