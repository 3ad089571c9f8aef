/** What pytest hands over on stdin: numbers of the Python program. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const fixture = JSON.parse(readFileSync(0, "utf8"));

export const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/** As numpy.testing.assert_allclose. */
export function assertClose(got, expected, tolerance = 1e-9) {
  assert.equal(got.length, expected.length);
  expected.forEach((value, at) => {
    assert.ok(Math.abs(got[at] - value) <= tolerance * Math.abs(value), `${at}: ${got[at]}, expected ${value}`);
  });
}
