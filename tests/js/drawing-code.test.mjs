import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeDrawing, encodeDrawing } from "../../static/js/draw/drawing-code.js";

const strokes = [
  { width: 18, points: [[0, 280], [279, 1], [-40, 320]] },
  { width: 8, points: [[140, 140]] },
];
const pixels = Uint8Array.from({ length: 784 }, (_, i) => (i % 7 ? 0 : (i * 37) % 256));

test("drawings survive their code", () => {
  assert.deepEqual(decodeDrawing(encodeDrawing({ strokes, pixels: null, sample: null })), { strokes });
  assert.deepEqual(decodeDrawing(encodeDrawing({ strokes: [], pixels, sample: null })), { pixels });
  assert.deepEqual(decodeDrawing(encodeDrawing({ strokes: [], pixels, sample: 120 })), { sample: 120 });
});

test("text that is no drawing, or was cut short, is none", () => {
  const whole = encodeDrawing({ strokes: [], pixels, sample: null });
  for (const text of ["", "x", "m", "m12345", "s*", "s_w", whole.slice(0, -8)]) assert.equal(decodeDrawing(text), null, text);
});
