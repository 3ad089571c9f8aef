import assert from "node:assert/strict";
import { test } from "node:test";
import { ageName, ageText, ageToLearn } from "../../static/js/network/ages.js";

const sure = (digit, share) => Array.from({ length: 10 }, (_, at) => (at === digit ? share : (1 - share) / 9));

test("ages are told in steps at first, then in epochs", () => {
  assert.equal(ageName({ step: 0 }), "random, before its first step");
  assert.equal(ageName({ step: 1, epoch: 1 }), "after 1 step");
  assert.equal(ageName({ step: 300, epoch: 1 }), "after 300 steps");
  assert.equal(ageName({ step: 1876, epoch: 2 }), "after epoch 2");
  assert.equal(ageName({ step: null }), "finished");
  assert.match(ageText({ step: 1, epoch: 1, validation_accuracy: 0.1234 }), /12\.34/);
});

test("the age to learn from is the youngest since which the digit is read right, and not yet surely", () => {
  const readings = [[0, sure(7, 0.12)], [1, sure(3, 0.3)], [3, sure(7, 0.3)], [10, sure(7, 0.5)], [30, sure(7, 0.9)]];
  assert.equal(ageToLearn(readings, 7), 3);
});

test("where it never was unsure and right, the oldest that has something to learn", () => {
  assert.equal(ageToLearn([[0, sure(1, 0.2)], [1, sure(2, 0.4)], [3, sure(7, 0.95)]], 7), 1);
  assert.equal(ageToLearn([[0, sure(7, 0.95)]], 7), null);
});
