import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenValues, changeText, cureOf, cureRequest, lessonRequests } from "../../static/js/train/cures.js";
import { lossLegend, lossSeries } from "../../static/js/train/curves.js";
import { presetText } from "../../static/js/train/train-fields.js";
import { MARKERS } from "../../static/js/ui/markers.js";
import { RUNS } from "../../static/js/ui/palette.js";

const FIELDS = [
  { name: "learning_rate", label: "Rate", kind: "number", choices: null },
  { name: "hidden_layers", label: "Layers", kind: "sizes", choices: null },
  { name: "rescale", label: "0 to 1", kind: "flag", choices: [{ value: "true", label: "yes" }, { value: "false", label: "no" }] },
  { name: "train_examples", label: "Digits", kind: "whole", choices: null },
  { name: "early_stopping", label: "Patience", kind: "whole", choices: null },
];
const request = { preset: "fast", learning_rate: 3, hidden_layers: [128], rescale: false, train_examples: 500, early_stopping: null, base_model: null, least_scale: 0.8, activate: true };
const job = { name: "mine", request };

test("a change is told with the fields' labels", () => {
  assert.equal(changeText({ learning_rate: 0.3, hidden_layers: [64, 32] }, FIELDS), "Rate 0.3, Layers 64, 32");
  assert.equal(changeText({ rescale: true }, FIELDS), "0 to 1 yes");
  assert.equal(changeText({ train_examples: null }, FIELDS), "Digits all");
  assert.equal(changeText({ unheard_of: 1 }, FIELDS), "unheard_of 1");
  assert.equal(presetText(FIELDS[4], null), "none"); // all there are, of digits alone
});

test("the cure is the same run with that change, and nothing that a request does not have", () => {
  const cured = { preset: "fast", learning_rate: 0.3, hidden_layers: [128], rescale: false, train_examples: 500, name: "mine: Rate 0.3" };
  assert.deepEqual(cureRequest(job, { learning_rate: 0.3 }, FIELDS), cured);
  assert.equal(cureRequest({ ...job, request: { ...request, base_model: "m1", samples: true } }, {}, FIELDS).base_model, "m1");
  assert.equal("train_examples" in cureRequest(job, { train_examples: null }, FIELDS), false);
  assert.equal(cureRequest({ ...job, name: "n".repeat(200) }, { learning_rate: 1 }, FIELDS).name.length, 200);
});

test("the cure of a diagnosis is found by its sentence", () => {
  const cures = [{ hint: "hint.too_slow", text: "Too slow.", change: { learning_rate: 1 } }];
  assert.equal(cureOf({ ...job, cures }, "Too slow."), cures[0]);
  assert.equal(cureOf({ ...job, cures }, "Something else."), null);
  assert.equal(cureOf(job, "Too slow."), null); // of an earlier version of the service
});

test("a lesson is two runs that differ in its change", () => {
  const lesson = { title: "Too large", request: { preset: "fast", epochs: 8, train_examples: 500 }, change: { train_examples: null, momentum: 0.5 } };
  const [broken, cured] = lessonRequests(lesson);
  assert.deepEqual(broken, { preset: "fast", epochs: 8, train_examples: 500, name: "Too large" });
  assert.deepEqual(cured, { preset: "fast", epochs: 8, momentum: 0.5, name: "Too large, cured" });
  assert.deepEqual(brokenValues(lesson, { fast: { momentum: 0.9, train_examples: null } }), { train_examples: 500, momentum: 0.9 });
});

test("runs are told apart by more than their colour", () => {
  assert.equal(MARKERS.length, RUNS.length);
  assert.equal(new Set(MARKERS).size, RUNS.length);
  const metrics = [{ epoch: 1, train_loss: 1, validation_loss: 2 }];
  const drawn = ["a", "b"].map((name, index) => ({ job: { name, metrics }, colour: RUNS[index], marker: MARKERS[index], losses: [] }));
  const [first, , second] = lossSeries(drawn);
  assert.deepEqual([first.marker, second.marker], ["circle", "triangle"]);
  assert.deepEqual(lossLegend(drawn).map(({ marker }) => marker), ["circle", "triangle", undefined]);
});

test("where a run stopped early its validation line has a mark", () => {
  const metrics = [1, 2, 3].map((epoch) => ({ epoch, train_loss: 1, validation_loss: 2 }));
  const stopped = { name: "a", metrics, stopped_early: { epoch: 3, best_epoch: 1, message: "It stopped." } };
  const [validation, training] = lossSeries([{ job: stopped, colour: "red", losses: [] }]);
  assert.deepEqual(validation.stop, { x: 3, text: "stopped early" });
  assert.equal(training.stop, undefined);
  assert.equal(lossSeries([{ job: { name: "b", metrics }, colour: "red", losses: [] }])[0].stop, undefined);
});
