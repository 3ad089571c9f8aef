/** Draws the frames of the eight edge panels, and in the middle an arrow for each direction, or the digit. */

import { EDGES, edgeAt } from "./features.js";
import { css, slate } from "../ui/palette.js";

const ROOM = 8; // canvas pixels that a value is high: in a smaller picture arrows would be specks

/** `cursor`: the input that is pointed at, or null; `digit`: the digit's pixels or null; `style`: the canvas's computed style. */
export function drawMarks(context, layout, cursor, digit, style) {
  const pointed = cursor === null ? null : edgeAt(cursor).edge;
  context.lineCap = context.lineJoin = "round";
  if (digit) drawDigit(context, layout, digit);
  if (digit && cursor !== null) {
    context.strokeStyle = "#ffd400";
    context.lineWidth = 2;
    context.strokeRect(...layout.place(cursor), ...layout.size);
  }
  EDGES.forEach((edge, index) => {
    const [x, y] = layout.panel(index);
    context.strokeStyle = style.borderTopColor; // of no width: a colour for this
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, layout.side - 1, layout.side - 1);
    if (layout.size[1] < ROOM) return;
    context.strokeStyle = digit ? "#a7abb5" : style.color;
    context.lineWidth = layout.size[1] / (index === pointed ? 2 : 4);
    drawArrow(context, layout, edge, digit !== null);
  });
}

function drawDigit(context, layout, digit) {
  const [left, top] = layout.panel(null);
  const size = layout.side / 28;
  digit.forEach((value, at) => {
    context.fillStyle = css(slate(value));
    context.fillRect(left + (at % 28) * size, top + Math.floor(at / 28) * size, size, size);
  });
}

/** An arrow from the panel's side towards the middle; only its head if a digit is drawn there. */
function drawArrow(context, layout, { dx, dy }, headAlone) {
  const [left, top] = layout.panel(null).map((corner) => corner + layout.side / 2);
  const step = layout.side * (headAlone ? 0.44 : 1 / 3);
  const half = layout.side * (headAlone ? 0.04 : 0.1);
  const [ux, uy] = [dx, dy].map((part) => (part / Math.hypot(dx, dy)) * half);
  const [x, y] = [left - dx * step + ux, top - dy * step + uy]; // the tip
  context.beginPath();
  for (const side of [1, -1]) {
    context.moveTo(x, y);
    context.lineTo(x - ux + side * 0.7 * uy, y - uy - side * 0.7 * ux);
  }
  if (!headAlone) {
    context.moveTo(x, y);
    context.lineTo(x - 2 * ux, y - 2 * uy);
  }
  context.stroke();
}
