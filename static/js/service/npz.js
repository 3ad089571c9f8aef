/** Reads NumPy's .npz: a zip of .npy files, stored or deflated. Gives {name: {data, shape}}. */

import { words } from "../ui/words.js";

const END = 0x06054b50; // end of the central directory
const ENTRY = 0x02014b50; // one file in it
const TYPES = { "<f4": Float32Array, "<f8": Float64Array, "<i4": Int32Array, "|u1": Uint8Array, "<i8": BigInt64Array };

export async function readNpz(buffer) {
  const view = new DataView(buffer);
  const arrays = {};
  for (const entry of entries(view)) {
    if (!entry.name.endsWith(".npy")) continue;
    const array = readNpy(await content(buffer, view, entry));
    if (array) arrays[entry.name.slice(0, -4)] = array;
  }
  return arrays;
}

function* entries(view) {
  let at = view.byteLength - 22;
  while (at >= 0 && view.getUint32(at, true) !== END) at -= 1;
  if (at < 0) throw new Error(words.service.notZip);
  const total = view.getUint16(at + 10, true);
  let place = view.getUint32(at + 16, true);
  for (let index = 0; index < total; index += 1) {
    if (view.getUint32(place, true) !== ENTRY) throw new Error(words.service.damagedZip);
    const nameLength = view.getUint16(place + 28, true);
    yield {
      method: view.getUint16(place + 10, true), // 0 stored, 8 deflated
      size: view.getUint32(place + 20, true), // bytes in the file
      header: view.getUint32(place + 42, true),
      name: new TextDecoder().decode(new Uint8Array(view.buffer, place + 46, nameLength)),
    };
    place += 46 + nameLength + view.getUint16(place + 30, true) + view.getUint16(place + 32, true);
  }
}

async function content(buffer, view, entry) {
  const start = entry.header + 30 + view.getUint16(entry.header + 26, true) + view.getUint16(entry.header + 28, true);
  const bytes = buffer.slice(start, start + entry.size);
  if (entry.method === 0) return bytes;
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(inflated).arrayBuffer();
}

/** Null for a type that holds no numbers (text that describes the file). */
function readNpy(buffer) {
  const view = new DataView(buffer);
  const long = view.getUint8(6) > 1; // version 2 and later: four bytes of header length
  const start = long ? 12 : 10;
  const length = long ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder().decode(new Uint8Array(buffer, start, length));
  const Type = TYPES[/'descr':\s*'([^']+)'/.exec(header)?.[1]];
  if (!Type || /'fortran_order':\s*True/.test(header)) return null;
  const shape = /'shape':\s*\(([^)]*)\)/.exec(header)[1].split(",").filter((part) => part.trim()).map(Number);
  return { data: new Type(buffer.slice(start + length)), shape };
}
