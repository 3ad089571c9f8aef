/** Turns a drawing into the 28x28 bytes that are sent. Draws only the new segments while the pen moves. */

import { toMnist } from "./raster.js";
import { CANVAS, drawSegment, longerSide, readingWidth } from "./strokes.js";

export class Pixels {
  #bitmap = new Uint8Array(CANVAS * CANVAS);
  #last = {}; // {strokes, points, made}
  #drawn = []; // [{stroke, width, points}]: what the bitmap holds

  /** Uint8Array(784), or null for an empty drawing; the very same array as long as the drawing stays as it is. */
  of(drawing) {
    if (drawing.pixels) return drawing.pixels;
    const { strokes } = drawing;
    const points = strokes.reduce((sum, stroke) => sum + stroke.points.length, 0);
    if (strokes !== this.#last.strokes || points !== this.#last.points) {
      this.#catchUp(strokes);
      this.#last = { strokes, points, made: toMnist(this.#bitmap, CANVAS, CANVAS) };
    }
    return this.#last.made;
  }

  #catchUp(strokes) {
    const side = longerSide(strokes.flatMap(({ points }) => points.map(point)));
    const widths = strokes.map(({ width }) => readingWidth(width, side));
    const grown = this.#drawn.every(({ stroke, width, points }, index) =>
      strokes[index] === stroke && widths[index] === width && stroke.points.length >= points);
    if (!grown) {
      this.#bitmap.fill(0);
      this.#drawn = [];
    }
    strokes.forEach((stroke, index) => {
      const done = (this.#drawn[index] ??= { stroke, width: widths[index], points: 0 });
      for (; done.points < stroke.points.length; done.points += 1) this.#segment(done);
    });
  }

  #segment({ stroke: { points }, width, points: index }) {
    const [from, to] = [points[Math.max(index - 1, 0)], points[index]];
    drawSegment(this.#bitmap, CANVAS, point(from), point(to), width);
  }
}

const point = ([x, y]) => ({ x, y });
