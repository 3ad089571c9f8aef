/** Paints a drawing on a canvas of any size: smooth strokes with round caps, or 28x28 pixels as squares. */

import { CANVAS as SIDE } from "./strokes.js";
import { css, slate } from "../ui/palette.js";

export function paintDrawing(canvas, drawing) {
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = css(slate(0));
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.scale(canvas.width / SIDE, canvas.height / SIDE);
  if (drawing.pixels) paintPixels(context, drawing.pixels);
  context.strokeStyle = css(slate(1));
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of drawing.strokes) paintStroke(context, stroke);
}

/** Quadratic curves through the midpoints: the hand's path without the corners of its samples. */
function paintStroke(context, { width, points }) {
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(...points[0]);
  if (points.length === 1) context.lineTo(points[0][0] + 0.01, points[0][1]);
  for (let index = 1; index < points.length - 1; index += 1) {
    const [x, y] = points[index];
    const [nextX, nextY] = points[index + 1];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  if (points.length > 1) context.lineTo(...points.at(-1));
  context.stroke();
}

function paintPixels(context, pixels) {
  const cell = SIDE / 28;
  for (let index = 0; index < 784; index += 1) {
    if (pixels[index] === 0) continue;
    context.fillStyle = css(slate(pixels[index] / 255));
    context.fillRect((index % 28) * cell, Math.floor(index / 28) * cell, cell + 0.3, cell + 0.3);
  }
}
