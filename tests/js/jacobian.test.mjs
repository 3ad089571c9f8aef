import { test } from "node:test";
import { jacobian, lossSlope, slope, through, throughAll, throughOne } from "../../static/js/backprop/jacobian.js";
import { assertClose } from "./fixture.mjs";

const softmax = (z) => {
  const powers = z.map(Math.exp);
  const sum = powers.reduce((all, each) => all + each, 0);
  return powers.map((each) => each / sum);
};
const Z = [0.3, -1.2, 2.1, 0];
const CLASSES = [0, 1, 2, 3];
const moved = (j, by) => Z.map((value, at) => (at === j ? value + by : value));
const near = (got, expected) => assertClose(got.map((value) => value + 1), expected.map((value) => value + 1));

test("a hand-worked example", () => {
  assertClose([...jacobian([0.2, 0.8])], [0.16, -0.16, -0.16, 0.16]);
  assertClose(throughAll([0.2, 0.8], 0), [-0.8, 0.8]);
  near(throughOne([0.2, 0.8], 0), [-0.8, 0]);
});

test("it agrees with central differences", () => {
  const step = 1e-6;
  const measured = CLASSES.flatMap((k) => CLASSES.map((j) => (softmax(moved(j, step))[k] - softmax(moved(j, -step))[k]) / (2 * step)));
  near([...jacobian(softmax(Z))], measured);
});

test("rows sum to 0, and all ways together give ŷ − y", () => {
  const guess = softmax(Z);
  near(CLASSES.map((k) => CLASSES.reduce((sum, j) => sum + slope(guess, k, j), 0)), [0, 0, 0, 0]);
  near(throughAll(guess, 2), guess.map((value, j) => value - (j === 2 ? 1 : 0)));
  const products = CLASSES.flatMap((k) => CLASSES.map((j) => lossSlope(guess, 2, k) * slope(guess, k, j)));
  near(CLASSES.flatMap((k) => CLASSES.map((j) => through(guess, 2, k, j))), products);
});

test("a probability that is too small for a float still gets its error", () => {
  near(throughAll([0, 1], 0), [-1, 1]);
});
