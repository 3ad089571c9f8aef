import assert from "node:assert/strict";
import { test } from "node:test";
import { readNpz } from "../../static/js/service/npz.js";
import { bytes, fixture } from "./fixture.mjs";

for (const kind of ["stored", "deflated"]) {
  test(`a ${kind} .npz is read`, async () => {
    const arrays = await readNpz(bytes(fixture[kind]).buffer);
    const read = Object.fromEntries(Object.entries(arrays).map(([name, { data, shape }]) => [name, [[...data], shape]]));
    assert.deepEqual(read, fixture.arrays);
  });
}

test("a damaged .npz is an error in words", async () => {
  await assert.rejects(readNpz(new ArrayBuffer(100)), /no \.npz file/);
});

test("a damaged directory of files is an error in words", async () => {
  const file = bytes(fixture.stored);
  const at = new DataView(file.buffer).getUint32(file.length - 6, true);
  file[at] ^= 0xff;
  await assert.rejects(readNpz(file.buffer), /damaged/);
});
