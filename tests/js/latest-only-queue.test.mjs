import assert from "node:assert/strict";
import { test } from "node:test";
import { LatestOnlyQueue } from "../../static/js/service/latest-only-queue.js";

test("only the newest waits", async () => {
  const done = [];
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const queue = new LatestOnlyQueue(async (value, isNewest) => {
    if (value === 1) await held;
    done.push([value, isNewest()]);
  });
  const first = queue.submit(1);
  for (const value of [2, 3, 4]) queue.submit(value);
  release();
  await first;
  assert.deepEqual(done, [[1, false], [4, true]]);
});
