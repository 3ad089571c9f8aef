// Rasterizes pen strokes to a grey bitmap. Pure: no DOM, so that Node draws exactly what the page draws.
//
// A stroke is a list of points {x, y} in units of the logical canvas (CANVAS units square, x to the right,
// y downwards); a bitmap is a Uint8Array of rows, 0 black to 255 white ink.
//
//   CANVAS                                   280, the side of the logical canvas
//   drawStrokes(strokes, penWidth, side?)    -> bitmap of side x side (side = CANVAS unless told)
//   longerSide(points)                       of the box around points {x, y}, in canvas units
//   readingWidth(penWidth, longerSide)       the pen width with which a drawing of that size is rasterized
//   drawSegment(bitmap, side, a, b, penWidth)   one segment more, in place: for drawing as the pen moves

export const CANVAS = 280;

const PEAK = 255;

// Pixels of the 20 that a digit's longer side is brought to. MNIST's strokes are some 2.5 wide; a little thinner leaves
// more of a shape to be seen, such as the gap in an open nine.
const [NARROWEST, WIDEST, BOX] = [1.6, 2, 20];

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

export function longerSide(points) {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of points) {
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return Math.max(right - left, bottom - top, 0);
}

// A small digit drawn with a thick pen would come to 28x28 as a blot, a large one with a thin pen as a broken
// line; the same strokes with a pen of MNIST's width for their size are what the hand meant. A pen of `pixels` of
// 20 has the width w with w / (side + w) = pixels / 20. A dot keeps its pen.
export function readingWidth(penWidth, side) {
  if (side < penWidth) return penWidth;
  const width = (pixels) => (pixels * side) / (BOX - pixels);
  return Math.min(Math.max(penWidth, width(NARROWEST)), width(WIDEST));
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
