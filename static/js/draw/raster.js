// Normalizes a grey bitmap to 28x28 as MNIST does. Pure: no DOM. Must stay equal to model/preprocessing/normalize.py.
//
// A bitmap is a Uint8Array of rows, white ink (255) on black (0).
//
//   SIDE, BOX                            28 and 20: sides of the network's input and of the digit in it
//   toMnist(bitmap, width, height)       -> Uint8Array(784), or null when there is no ink
//   stages(bitmap, width, height)        -> null, or the result of each step, to show it:
//       {box: {top, bottom, left, right}   the ink's box, ends excluded
//        small                             Uint8Array(400): cropped, made square, 20x20 by area overlap
//        shift: {x, y}                     whole pixels that bring the centre of mass to 14.0
//        centre: {x, y}                    where it then is
//        input}                            Uint8Array(784)

export const SIDE = 28;
export const BOX = 20;

const CENTRE = 14; // pixel indices: 0 is the middle of the first pixel
const PEAK = 255;
const MARGIN = (SIDE - BOX) / 2;

// What MNIST's own images have: the longer side in pixels, the least peak, the most offset of the centre of mass.
// A bitmap that has all three is passed through unchanged.
const MNIST_LENGTHS = [19, 20];
const MNIST_PEAK = 254;
const MNIST_OFFSET = 0.53;

export function toMnist(bitmap, width, height) {
  return stages(bitmap, width, height)?.input ?? null;
}

export function stages(bitmap, width, height) {
  const box = inkBox(bitmap, width, height);
  if (box === null) return null;
  if (isMnist(bitmap, width, height, box)) {
    const small = resample(bitmap, width, box);
    const centre = centreOfMass(bitmap, SIDE);
    return { box, small, shift: { x: 0, y: 0 }, centre, input: Uint8Array.from(bitmap) };
  }
  const small = resample(bitmap, width, box);
  const mean = centreOfMass(small, BOX);
  const shift = { x: wholeShift(mean.x), y: wholeShift(mean.y) };
  const input = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < BOX; y++) {
    const start = (y + MARGIN + shift.y) * SIDE + MARGIN + shift.x;
    input.set(small.subarray(y * BOX, (y + 1) * BOX), start);
  }
  return { box, small, shift, centre: centreOfMass(input, SIDE), input };
}

function inkBox(bitmap, width, height) {
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bitmap[y * width + x] === 0) continue;
      top = Math.min(top, y);
      bottom = y + 1;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
    }
  }
  return bottom === 0 ? null : { top, bottom, left, right };
}

function isMnist(bitmap, width, height, { top, bottom, left, right }) {
  if (width !== SIDE || height !== SIDE) return false;
  if (!MNIST_LENGTHS.includes(Math.max(bottom - top, right - left))) return false;
  if (bitmap.reduce((peak, grey) => Math.max(peak, grey), 0) < MNIST_PEAK) return false;
  const { x, y } = centreOfMass(bitmap, SIDE);
  return Math.abs(x - CENTRE) <= MNIST_OFFSET && Math.abs(y - CENTRE) <= MNIST_OFFSET;
}

// The crop, made square by black margins, brought to 20x20: each cell sums the areas of the pixels that it
// shares. The area that two upright rectangles share is the product of the lengths they share, so rows are
// gathered first and columns of the result next: whole numbers, of 1/400 pixel. The peak becomes 255.
function resample(bitmap, width, { top, bottom, left, right }) {
  const [cropHeight, cropWidth] = [bottom - top, right - left];
  const length = Math.max(cropHeight, cropWidth);
  const marginY = Math.floor((length - cropHeight) / 2);
  const marginX = Math.floor((length - cropWidth) / 2);
  const rows = new Float64Array(BOX * cropWidth);
  eachOverlap(length, marginY, cropHeight, (cell, y, shared) => {
    const source = (top + y) * width + left;
    for (let x = 0; x < cropWidth; x++) rows[cell * cropWidth + x] += shared * bitmap[source + x];
  });
  const areas = new Float64Array(BOX * BOX);
  eachOverlap(length, marginX, cropWidth, (cell, x, shared) => {
    for (let row = 0; row < BOX; row++) {
      areas[row * BOX + cell] += rows[row * cropWidth + x] * shared;
    }
  });
  const stretch = PEAK / areas.reduce((peak, area) => Math.max(peak, area), 0);
  return Uint8Array.from(areas, (area) => Math.floor(area * stretch + 0.5));
}

// Calls visit(cell, pixel, shared length) for each pixel that shares a length with one of the 20 equal cells
// of `length` pixels. The pixels are counted from the margin on; in 1/20 pixels, a cell is `length` long.
function eachOverlap(length, margin, pixels, visit) {
  for (let cell = 0; cell < BOX; cell++) {
    const [start, end] = [cell * length, (cell + 1) * length];
    const first = Math.max(Math.floor(start / BOX) - margin, 0);
    const last = Math.min(Math.ceil(end / BOX) - margin, pixels);
    for (let pixel = first; pixel < last; pixel++) {
      const at = (pixel + margin) * BOX;
      visit(cell, pixel, Math.min(end, at + BOX) - Math.max(start, at));
    }
  }
}

// Never beyond the margin, so that no ink is pushed over the edge.
function wholeShift(mean) {
  const shift = Math.floor(CENTRE - MARGIN - mean + 0.5);
  return Math.min(Math.max(shift, -MARGIN), MARGIN);
}

function centreOfMass(bitmap, side) {
  let [mass, x, y] = [0, 0, 0];
  bitmap.forEach((grey, i) => {
    mass += grey;
    x += grey * (i % side);
    y += grey * Math.floor(i / side);
  });
  return { x: x / mass, y: y / mass };
}
