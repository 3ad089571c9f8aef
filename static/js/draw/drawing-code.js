/**
 * Encodes a drawing as short text for a link, and decodes it.
 * "s…": strokes, each its width, its number of points and the steps between them as variable-length integers.
 * "p…": 784 pixels, runs of zeros shortened. "m123": the test digit of that index. Base64 with - and _, so it needs no escaping.
 */

export function encodeDrawing({ strokes, pixels, sample }) {
  if (sample !== null && sample !== undefined) return `m${sample}`;
  if (pixels) return `p${toText(packPixels(pixels))}`;
  return strokes.length ? `s${toText(packStrokes(strokes))}` : "";
}

/** Gives null for text that is no valid drawing, as of a truncated link. */
export function decodeDrawing(text) {
  try {
    if (/^m\d{1,4}$/.test(text)) return { sample: Number(text.slice(1)) };
    const bytes = fromText(text.slice(1));
    if (text[0] === "p") return { pixels: unpackPixels(bytes) };
    if (text[0] === "s") return { strokes: unpackStrokes(bytes) };
  } catch {
    // damaged text: null, below
  }
  return null;
}

function packStrokes(strokes) {
  const bytes = [];
  for (const { width, points } of strokes) {
    writeInteger(bytes, Math.round(width));
    writeInteger(bytes, points.length);
    let [lastX, lastY] = [0, 0];
    for (const point of points) {
      const [x, y] = point.map(Math.round);
      writeInteger(bytes, zigzag(x - lastX));
      writeInteger(bytes, zigzag(y - lastY));
      [lastX, lastY] = [x, y];
    }
  }
  return bytes;
}

function unpackStrokes(bytes) {
  const strokes = [];
  const reader = { bytes, at: 0 };
  while (reader.at < bytes.length) {
    const width = Math.min(Math.max(readInteger(reader), 1), 100);
    const points = [];
    let [x, y] = [0, 0];
    for (let left = readInteger(reader); left > 0; left -= 1) {
      x += unzigzag(readInteger(reader));
      y += unzigzag(readInteger(reader));
      points.push([x, y]);
    }
    if (points.length) strokes.push({ width, points });
  }
  return strokes;
}

function packPixels(pixels) {
  const bytes = [];
  for (let at = 0; at < pixels.length; ) {
    if (pixels[at] !== 0) {
      bytes.push(pixels[at]);
      at += 1;
      continue;
    }
    let run = 1;
    while (run < 255 && at + run < pixels.length && pixels[at + run] === 0) run += 1;
    bytes.push(0, run);
    at += run;
  }
  return bytes;
}

function unpackPixels(bytes) {
  const pixels = [];
  for (let at = 0; at < bytes.length; at += 1) {
    if (bytes[at] !== 0) pixels.push(bytes[at]);
    else for (let run = bytes[(at += 1)]; run > 0; run -= 1) pixels.push(0);
  }
  if (pixels.length !== 784) throw new RangeError("784");
  return Uint8Array.from(pixels);
}

const zigzag = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

function writeInteger(bytes, value) {
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  bytes.push(value);
}

function readInteger(reader) {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    if (reader.at >= reader.bytes.length || scale > 128 ** 3) throw new RangeError();
    const byte = reader.bytes[reader.at];
    reader.at += 1;
    value += (byte % 128) * scale;
    if (byte < 128) return value;
  }
}

const toText = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
