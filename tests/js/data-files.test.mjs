import assert from "node:assert/strict";
import test from "node:test";

import { describe, nameOf } from "../../static/js/train/confusion.js";
import { partsOf } from "../../static/js/train/data-files.js";

const named = (...names) => names.map((name) => ({ name }));

test("the parts of a data set are told by their usual names", () => {
  const chosen = named("train-images-idx3-ubyte.gz", "emnist-digits-train-labels-idx1-ubyte", "t10k-images.idx3-ubyte", "x-test-labels-idx1-ubyte.gz");
  const { parts, unknown } = partsOf(chosen);
  assert.equal(unknown, null);
  assert.deepEqual(parts.map(({ part }) => part), ["train_images", "train_labels", "test_images", "test_labels"]);
  assert.deepEqual(partsOf(named("Things.ZIP")).parts[0].part, "zip");
});

test("a file that is none of them is named, and no file is said", () => {
  assert.equal(partsOf(named("train-images-idx3-ubyte", "notes.txt")).unknown, "notes.txt");
  assert.equal(partsOf([]).unknown, true);
});

test("classes are called by their names, digits by their numbers", () => {
  assert.equal(nameOf(1, ["bag", "coat"]), "coat");
  assert.equal(nameOf(1), "1");
  assert.equal(describe({ label: 0, digit: 1 }, 2, ["bag", "coat"]), "bag read as coat: 2 pictures");
  assert.equal(describe({ label: 0, digit: 1 }, 2), "0 read as 1: 2 digits");
});
