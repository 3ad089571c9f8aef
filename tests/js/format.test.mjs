import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../static/js/ui/format.js";

const { aDigit, accuracy, chance, count, duration, finePercent, number, percent, signed, subscript } = format;
const plain = (texts) => texts.map((text) => text.replaceAll("\u00a0", " "));

test("numbers are written short and true", () => {
  const values = [0, -1.23456, 1234.5, 4.2e-8, NaN, Infinity, -Infinity];
  assert.deepEqual(values.map((value) => number(value)), ["0", "−1.23", "1235", "4.20 × 10⁻⁸", "not a number", "∞", "−∞"]);
  assert.deepEqual([signed(0.25), subscript(40), chance(0.99975), count(101770)], ["+0.250", "₄₀", "0.99975", "101,770"]);
});

test("shares keep what tells them from none and all", () => {
  assert.deepEqual(plain([0.5, 0.00001, 0.99999, 1].map(percent)), ["50 %", "< 0.1 %", "> 99.9 %", "100.0 %"]);
  const fine = [2.3e-7, 0.5, 0.999998, 0].map(finePercent);
  assert.deepEqual(plain(fine), ["0.000023 %", "50 %", "99.99980 %", "0.0 %"]);
  assert.deepEqual(plain([0.98765, null].map(accuracy)), ["98.77 %", "–"]);
});

test("times are in the unit that suits them", () => {
  assert.deepEqual([null, 2.34, 75, 600, 7200].map(duration), ["–", "2.3 s", "75 s", "10 min", "2.0 h"]);
});

test("digits have their article", () => {
  assert.deepEqual([7, 8].map(aDigit), ["a 7", "an 8"]);
});
