import assert from "node:assert/strict";
import { test } from "node:test";
import { Backward } from "../../static/js/backprop/backward.js";
import { questionFor, stepAnswer, stepQuestion, verdict } from "../../static/js/backprop/guess.js";
import { StageGuesses } from "../../static/js/backprop/stage-guesses.js";
import { stages } from "../../static/js/backprop/stages.js";
import { Network } from "../../static/js/network/network.js";
import { fixture } from "./fixture.mjs";

const { answer, weights, layers } = fixture;
const arrays = Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, { data: Float64Array.from(data) }]));
const backward = new Backward(answer, new Network({ id: "x", layers, activation: "tanh" }, arrays));
const walk = stages(3, "pixels");
const at = (id) => walk.findIndex((stage) => stage.id === id);
const ask = (id) => questionFor(walk[at(id)], backward);
const signOf = (value) => (value > 0 ? "plus" : value < 0 ? "minus" : "zero");

test("every backward stage but the last has a question, each with one right option and a reason", () => {
  const asked = walk.filter((stage) => questionFor(stage, backward)).map(({ id }) => id);
  assert.deepEqual(asked, ["jacobian", "delta3", "dW3", "delta2", "dW2", "delta1", "dW1"]);
  for (const id of asked) {
    const question = ask(id);
    assert.equal(question.options.filter((option) => option.id === question.right).length, 1, id);
    assert.ok(question.reason.length > 20);
  }
});

test("the largest error is that of the label, as the numbers have it", () => {
  const sizes = backward.deltas[3].map(Math.abs);
  assert.equal(ask("delta3").right, String(sizes.indexOf(Math.max(...sizes))));
  assert.equal(ask("delta3").right, String(answer.label));
});

test("the sign of a weight is that of its derivative", () => {
  for (const layer of [1, 2, 3]) {
    const { text, right } = ask(`dW${layer}`);
    const [, to, from] = text.match(/\[(\d+), (\d+)\]/).map(Number);
    assert.equal(right, signOf(backward.dW(layer, from, to)), text);
  }
});

test("the sign of a hidden unit is that of its error", () => {
  for (const layer of [1, 2]) {
    const [unit] = backward.strongest(layer, 1);
    assert.equal(ask(`delta${layer}`).right, signOf(backward.deltas[layer][unit]));
  }
});

test("a blank input's weight stays, whatever the error", () => {
  const blank = new Backward({ ...answer, input: [0, 0, 0, 0, 0, 0] }, backward.network);
  const question = questionFor(walk[at("dW1")], blank);
  assert.equal(question.right, "zero");
  assert.match(question.reason, /carried nothing/);
});

test("a step falls by more or by less, and each has its reason", () => {
  const question = stepQuestion(0.1, 2);
  const cases = [[2.5, "more", /steeper/], [1, "less", /flatter/], [1.95, "less", /nearly straight/], [-1, "less", /jumps/], [NaN, "less", /burst/]];
  for (const [fell, right, reason] of cases) {
    const known = stepAnswer(question, 2, fell);
    assert.equal(known.right, right);
    assert.match(known.reason, reason);
  }
});

test("right and wrong are told with the reason", () => {
  const question = { id: "dW2", options: [{ id: "plus", text: "positive" }, { id: "minus", text: "negative" }], right: "plus", reason: "So it is." };
  assert.deepEqual(verdict(question, "plus"), { right: true, text: "Right. So it is." });
  assert.deepEqual(verdict(question, "minus"), { right: false, text: "No, it is positive. So it is." });
});

test("nothing is asked whose numbers were seen, and another lesson asks anew", () => {
  const guesses = new StageGuesses();
  const open = (id, on = true) => guesses.open(walk[at(id)], at(id), backward, on);
  guesses.begin(backward);
  assert.equal(open("loss"), null);
  const question = open("jacobian");
  assert.equal(question.id, "delta");
  assert.equal(open("jacobian").id, "delta"); // still
  assert.equal(guesses.close(walk[at("jacobian")], at("jacobian"), question, String(answer.label)).right, true);
  assert.equal(open("jacobian"), null);
  assert.equal(open("delta3"), null); // the same answer
  assert.equal(open("delta2", false), null); // shown without a question
  assert.equal(open("dW3"), null); // before it
  assert.equal(open("dW2").id, "dW2");
  guesses.begin(backward); // the same lesson
  assert.equal(open("jacobian"), null);
  guesses.begin(new Backward({ ...answer, loss: 2 }, backward.network));
  assert.equal(open("jacobian").id, "delta");
  assert.equal(guesses.told(walk[at("jacobian")]), null);
});
