import assert from "node:assert/strict";
import { test } from "node:test";
import { fill, fillCount, language, words } from "../../static/js/ui/words.js";

test("in Node the language is English", () => {
  assert.equal(language, "en");
  assert.equal(words.draw.undo, "Undo");
});

test("names are filled in, each as often as it stands there", () => {
  assert.equal(fill("{a} and {b}, {a}", { a: 1, b: "two" }), "1 and two, 1");
  assert.equal(fill("{a}", { a: "{b} $&" }), "{b} $&");
});

test("a name without a value is an error that names it", () => {
  assert.throws(() => fill("{a} of {b}", { a: 1 }), /\{b\}/);
});

test("a number decides the form", () => {
  const forms = { one: "{n} digit", other: "{n} digits" };
  assert.deepEqual([0, 1, 2].map((n) => fillCount(forms, n, { n })), ["0 digits", "1 digit", "2 digits"]);
  assert.equal(fillCount({ other: "{n} always" }, 1, { n: 1 }), "1 always");
});
