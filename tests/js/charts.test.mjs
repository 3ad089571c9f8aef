import assert from "node:assert/strict";
import { test } from "node:test";
import { accuracyLegend, accuracySeries, saturationSeries } from "../../static/js/train/curves.js";
import { logTicks, nearest, thin, ticks } from "../../static/js/ui/chart-scale.js";
import { diverging } from "../../static/js/ui/palette.js";
import { assertClose } from "./fixture.mjs";

test("ticks are round and cover the range", () => {
  assert.deepEqual(ticks(0, 8, 4), [0, 2, 4, 6, 8]);
  assert.deepEqual(ticks(5, 99, 4), [20, 40, 60, 80]);
  assertClose(logTicks(0.03, 20), [0.1, 1, 10]);
  assertClose(logTicks(0.04, 0.6), [0.05, 0.1, 0.2, 0.5]);
});

test("the nearest point is found, and the last is never thinned out", () => {
  assert.equal(nearest([[0], [2], [5]], 3.4), 1);
  const few = thin(Array.from({ length: 1000 }, (_, at) => [at, at]), 10);
  assert.equal(few.length, 10);
  assert.deepEqual(few.at(-1), [999, 999]);
});

test("test digits are a fine dashed line of their own, where a recipe looks at them", () => {
  const metrics = [0.5, 0.75].map((validation_accuracy, epoch) => ({ epoch: epoch + 1, validation_accuracy }));
  const plain = { job: { name: "a", metrics }, colour: "red" };
  const tested = { job: { name: "b", metrics: [metrics[0], { ...metrics[1], test_accuracy: 0.625 }] }, colour: "blue" };
  assert.deepEqual(accuracySeries([plain]), [{ name: "a", colour: "red", dash: "", points: [[1, 50], [2, 75]] }]);
  assert.equal(accuracyLegend([plain]), null);
  const line = accuracySeries([plain, tested])[2];
  assert.deepEqual(line, { name: "b: test digits", colour: "blue", dash: "7 4", fine: true, points: [[1, NaN], [2, 62.5]] });
  const legend = accuracyLegend([plain, tested]);
  assert.deepEqual(legend.map(({ name }) => name), ["a", "b", "test digits: for looking, never for choosing"]);
  assert.equal(legend[2].dash, line.dash);
});

test("dead units are a dotted line of their own", () => {
  const metrics = [[0, 0], [16, 0]].map((dead_units, epoch) => ({ epoch: epoch + 1, saturation: [0.5, 0.25], dead_units }));
  const request = { hidden_layers: [64, 32] };
  const jobs = [
    { name: "a", request, metrics },
    { name: "b", request, metrics: [{ epoch: 1, saturation: [0.5] }] },
  ];
  const lines = saturationSeries(jobs.map((job) => ({ job, colour: "red", losses: [] })));
  const names = ["a, hidden layer 1", "a, hidden layer 2", "b, hidden layer 1", "a, dead for good, layer 1"];
  assert.deepEqual(lines.map(({ name }) => name), names);
  assert.deepEqual(lines[0].points, [[1, 50], [2, 50]]);
  assert.equal(lines[3].dash, "1.5 4");
  assert.deepEqual(lines[3].points, [[1, 0], [2, 25]]);
});

// Machado, Oliveira, Fernandes, 2009: what linear RGB becomes without one kind of cone.
const COLOUR_BLINDNESS = {
  protanopia: [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
  deuteranopia: [[0.367, 0.861, -0.228], [0.28, 0.673, 0.047], [-0.012, 0.043, 0.969]],
  tritanopia: [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
};
const TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
const WHITE = [0.9505, 1, 1.089];
const times = (matrix, vector) => matrix.map((row) => row.reduce((sum, each, at) => sum + each * vector[at], 0));

/** CIE L*a*b* of sRGB 0..255 as somebody without one kind of cone sees it. */
function lab(rgb, blindness) {
  const linear = rgb.map((value) => (value / 255) ** 2.2);
  const seen = times(blindness, linear).map((value) => Math.min(Math.max(value, 0), 1));
  const [x, y, z] = times(TO_XYZ, seen).map((value, at) => Math.cbrt(value / WHITE[at]));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

for (const [kind, blindness] of Object.entries(COLOUR_BLINDNESS)) {
  test(`positive is told from negative with ${kind}`, () => {
    for (const theme of ["light", "dark"]) {
      for (const t of [0.3, 0.6, 1]) {
        const [minus, plus] = [-t, t].map((value) => lab(diverging(value, theme), blindness));
        const difference = Math.hypot(...minus.map((value, at) => value - plus[at]));
        assert.ok(difference > 20, `${theme}, ${t}: ${difference}`); // 2.3 is just noticeable
      }
    }
  });
}
