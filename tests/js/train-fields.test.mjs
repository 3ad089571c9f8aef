import assert from "node:assert/strict";
import { test } from "node:test";
import { BASE_MODEL, inputOf, presetText, toRequest, toRequests } from "../../static/js/train/train-fields.js";

const field = (name, kind, more = {}) => ({ name, kind, low: null, high: null, choices: null, ...more });
const choices = [{ value: "scaled", label: "scaled to the layer" }, { value: "blog", label: "the text's own" }];
const FIELDS = [
  field("epochs", "whole", { low: 1, high: 10000 }),
  field("learning_rate", "number", { low: 1e-9, high: 100 }),
  field("initialization", "choice", { choices }),
  field("deskew", "flag", { choices: [{ value: "false", label: "no" }, { value: "true", label: "yes" }] }),
  field("hidden_layers", "sizes"),
  BASE_MODEL,
];
const [epochs, rate, initialization, deskew, layers] = FIELDS;

test("what is left empty is the preset's to say", () => {
  assert.deepEqual(toRequest({ preset: "fast", name: " ", epochs: "", deskew: "" }, FIELDS), { preset: "fast" });
});

test("each field is sent as what it is", () => {
  const values = { epochs: "3", learning_rate: "0.5", initialization: "blog", deskew: "false", hidden_layers: "256, 64", base_model: "m1" };
  assert.deepEqual(toRequest({ preset: "best", name: " mine ", activate: true, samples: "on", ...values }, FIELDS), {
    preset: "best",
    name: "mine",
    samples: true,
    activate: true,
    epochs: 3,
    learning_rate: 0.5,
    initialization: "blog",
    deskew: false,
    hidden_layers: [256, 64],
    base_model: "m1",
  });
});

test("numbers are written within their range", () => {
  assert.deepEqual(inputOf(epochs), { type: "number", min: 1, max: 10000, step: 1, inputmode: "decimal" });
  assert.equal(inputOf(rate).step, "any");
  const { pattern } = inputOf(layers);
  assert.deepEqual(["128", "256, 64", "a", ""].map((text) => new RegExp(`^(?:${pattern})$`, "v").test(text)), [true, true, false, false]);
});

test("a preset's value is shown in the words of its field", () => {
  const shown = [[epochs, 5], [field("train_examples", "whole"), null], [initialization, "blog"], [initialization, "new"], [deskew, true], [layers, [256, 64]]];
  assert.deepEqual(shown.map(([each, value]) => presetText(each, value)), ["5", "all", "the text's own", "new", "yes", "256, 64"]);
});

test("a run with a mistake has the right one beside it, with the same settings", () => {
  const fields = [...FIELDS, { name: "mistake", kind: "whole", choices: [{ value: "30", label: "30. slope" }] }];
  const values = { preset: "fast", mistake: "30", beside: "on", activate: true };
  const [right, wrong, ...more] = toRequests(values, fields);
  assert.deepEqual(more, []);
  assert.deepEqual(wrong, { preset: "fast", name: "30. slope", activate: true, mistake: 30 });
  assert.deepEqual({ ...right, name: "" }, { preset: "fast", name: "" });
  assert.match(right.name, /30\. slope/);
  assert.equal(toRequests({ ...values, beside: undefined }, fields).length, 1);
  assert.deepEqual(toRequests({ ...values, mistake: "" }, fields), [{ preset: "fast", activate: true }]);
  assert.equal(presetText(fields.at(-1), null), presetText({ choices: [] }, null));
  assert.notEqual(presetText(fields.at(-1), null), presetText({ name: "train_examples", choices: null }, null));
});
