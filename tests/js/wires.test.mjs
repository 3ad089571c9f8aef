import assert from "node:assert/strict";
import { test } from "node:test";
import { Backward } from "../../static/js/backprop/backward.js";
import { stages } from "../../static/js/backprop/stages.js";
import { pick, valueOf } from "../../static/js/backprop/wires/choice.js";
import { HEIGHT, place } from "../../static/js/backprop/wires/layout.js";
import { carried, isLit, stateAt } from "../../static/js/backprop/wires/state.js";
import { sentence } from "../../static/js/backprop/wires/sums.js";
import { Network } from "../../static/js/network/network.js";
import { assertClose, fixture } from "./fixture.mjs";

const { answer, weights, layers } = fixture;
const arrays = Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, { data: Float64Array.from(data) }]));
const backward = new Backward(answer, new Network({ id: "x", layers, activation: "tanh" }, arrays));
const walk = stages(3, "pixels");
const state = (id) => stateAt(walk, walk.findIndex((stage) => stage.id === id), 3);

test("the walk goes forward to the loss and back to the input", () => {
  assert.deepEqual(stateAt(walk, -1, 3), { forward: 0, loss: false, delta: 4, gradient: 4, input: false, mode: "product", current: null });
  assert.deepEqual(state("forward2").current, { layer: 2, way: "forward" });
  assert.equal(state("loss").loss, true);
  assert.deepEqual([state("jacobian").current, state("jacobian").delta], [null, 4]);
  assert.deepEqual(state("delta3").current, { layer: 4, way: "back" });
  assert.deepEqual([state("delta1").delta, state("delta1").gradient], [1, 2]);
  assert.deepEqual(state("dW1").current, { layer: 1, way: "gradient" });
  assert.equal(state("input").input, true);
});

test("a wire is lit once the walk has been there, and carries errors back", () => {
  assert.deepEqual([1, 2, 3, 4].map((layer) => isLit("product", layer, state("forward2"), 3)), [true, true, false, false]);
  assert.deepEqual([1, 2, 3, 4].map((layer) => isLit("gradient", layer, state("dW3"), 3)), [false, false, true, true]);
  assert.equal(carried("gradient", 3, state("delta2")), "back");
  assert.equal(carried("gradient", 3, state("dW3")), "gradient");
  assert.equal(carried("weight", 3, state("delta2")), "weight");
});

test("a unit's wires add up to its sum, forward and back", () => {
  const sum = (values) => values.reduce((all, each) => all + each, 0);
  const into = sum([0, 1, 2, 3].map((from) => valueOf(backward, "product", 3, from, 7)));
  assertClose([into + backward.network.bias(3, 7)], [backward.trace.z[3][7]], 1e-6);
  const back = sum([0, 1, 2, 3].map((to) => valueOf(backward, "back", 2, 1, to)));
  assertClose([back * backward.slope(1, 1)], [backward.deltas[1][1]], 1e-6);
  assert.equal(valueOf(backward, "weight", 4, 3, 0), 1);
  assert.equal(valueOf(backward, "product", 4, 5, 0), 0);
});

test("a few nodes of each layer are drawn, one more on asking", () => {
  const nodes = pick(backward, { by: "answer" });
  assert.deepEqual(nodes.map((layer) => layer.length), [6, 5, 4, 10]);
  const errors = pick(backward, { by: "error" })[2];
  assert.deepEqual(errors, backward.strongest(2, 4));
});

test("everything fits at any width", () => {
  for (const width of [230, 400, 900]) {
    const { picture, columns } = place([6, 9, 10], width);
    assert.ok(picture.side < columns[0].x && columns.at(-1).x < width);
    columns.slice(1).forEach(({ x }, at) => assert.ok(x - columns[at].x > 30, `${width}: ${at}`));
    assert.ok(columns.flatMap(({ ys }) => ys).every((y) => y > 0 && y < HEIGHT));
  }
});

test("a node says only what the walk has come to", () => {
  assert.match(sentence(backward, state("forward1"), 3, 7), /not been computed/);
  assert.doesNotMatch(sentence(backward, state("loss"), 3, 7), /δ/);
  assert.match(sentence(backward, state("delta3"), 3, 7), /δ\^\[3\]₇ = ŷ₇ − y₇/);
  assert.match(sentence(backward, state("delta1"), 1, 2), /× slope/);
  assert.match(sentence(backward, state("forward3"), 4, 0), /not been computed/);
});
