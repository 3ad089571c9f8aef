// Runs the page's own stroke and raster modules over many digits in one process.
//
//   node raster_batch.mjs draw PEN    stdin: JSON [[[{x, y}, …], …], …]  stdout: per digit a 280x280 bitmap
//   node raster_batch.mjs ink PEN     the same stdin                     stdout: per digit its 28x28
//   node raster_batch.mjs read PEN    the same, with the pen that the page reads drawings of that size with
//   node raster_batch.mjs raster W H  stdin: bitmaps of W x H bytes      stdout: per bitmap its 28x28
//
// Output is raw bytes; a blank digit gives zeros.

import { readFileSync, writeSync } from "node:fs";

import { CANVAS, drawStrokes, longerSide, readingWidth } from "../static/js/draw/strokes.js";
import { SIDE, toMnist } from "../static/js/draw/raster.js";

const [task, first, second] = process.argv.slice(2);
const input = readFileSync(0);

function normalise(bitmap, width, height) {
  return toMnist(bitmap, width, height) ?? new Uint8Array(SIDE * SIDE);
}

function* results() {
  if (task === "raster") {
    const [width, height] = [Number(first), Number(second)];
    for (let start = 0; start < input.length; start += width * height) {
      yield normalise(new Uint8Array(input.subarray(start, start + width * height)), width, height);
    }
    return;
  }
  for (const strokes of JSON.parse(input)) {
    const pen = Number(first);
    const bitmap = drawStrokes(strokes, task === "read" ? readingWidth(pen, longerSide(strokes.flat())) : pen);
    yield task === "draw" ? bitmap : normalise(bitmap, CANVAS, CANVAS);
  }
}

for (const bytes of results()) {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error; // a full pipe: the reader is slower
    }
  }
}
