// Pen strokes to a grey bitmap. Pure: no DOM, so that Node draws exactly what the page draws.
//
// A stroke is a list of points {x, y} in units of the logical canvas (CANVAS units square, x to the right,
// y downwards); a bitmap is a Uint8Array of rows, 0 black to 255 white ink.
//
//   CANVAS                                   280, the side of the logical canvas
//   PENS                                     {thin, normal, thick}: pen widths in the same units
//   drawStrokes(strokes, penWidth, side?)    -> bitmap of side x side (side = CANVAS unless told)
//   drawSegment(bitmap, side, a, b, penWidth)   one segment more, in place: for drawing as the pen moves

export const CANVAS = 280;
export const PENS = Object.freeze({ thin: 8, normal: 18, thick: 28 });

const PEAK = 255;

export function drawStrokes(strokes, penWidth, side = CANVAS) {
  const bitmap = new Uint8Array(side * side);
  for (const stroke of strokes) {
    if (stroke.length === 0) continue;
    drawSegment(bitmap, side, stroke[0], stroke[0], penWidth); // a tap is a dot
    for (let i = 1; i < stroke.length; i++) {
      drawSegment(bitmap, side, stroke[i - 1], stroke[i], penWidth);
    }
  }
  return bitmap;
}

// A segment drawn with a round pen is the set of points within half the pen's width of it (a capsule).
// A pixel's grey falls from full to none over the one pixel that the edge passes through.
export function drawSegment(bitmap, side, a, b, penWidth) {
  if (![a.x, a.y, b.x, b.y, penWidth].every(Number.isFinite)) return;
  const radius = penWidth / 2;
  const reach = radius + 0.5;
  const left = Math.max(0, Math.floor(Math.min(a.x, b.x) - reach));
  const right = Math.min(side - 1, Math.ceil(Math.max(a.x, b.x) + reach));
  const top = Math.max(0, Math.floor(Math.min(a.y, b.y) - reach));
  const bottom = Math.min(side - 1, Math.ceil(Math.max(a.y, b.y) + reach));
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const squared = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    const py = y + 0.5 - a.y;
    for (let x = left; x <= right; x++) {
      const px = x + 0.5 - a.x;
      const along = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0;
      const offX = px - along * dx;
      const offY = py - along * dy;
      const coverage = reach - Math.sqrt(offX * offX + offY * offY); // hypot is ten times slower
      if (coverage <= 0) continue;
      const grey = Math.floor(Math.min(1, coverage) * PEAK + 0.5);
      const i = y * side + x;
      if (grey > bitmap[i]) bitmap[i] = grey;
    }
  }
}
