import assert from "node:assert/strict";
import { test } from "node:test";
import { Lesson } from "../../static/js/backprop/lesson.js";
import { bytes, fixture } from "./fixture.mjs";

test("who scrolls away and back keeps the steps taken", async () => {
  let asked = 0;
  globalThis.fetch = async (url) => {
    if (url.startsWith("/gradients")) asked += 1;
    if (url.endsWith("/weights")) return new Response(bytes(fixture.weights));
    const network = { id: "pretrained", layers: [784, 4, 10], activation: "sigmoid" };
    return Response.json(url.startsWith("/models") ? network : fixture.answer);
  };
  const lesson = new Lesson();
  const turn = () => new Promise((done) => setImmediate(done));
  const first = new Promise((done) => lesson.addEventListener("backward", done, { once: true }));
  lesson.watch(true);
  lesson.show(new Uint8Array(784).fill(255, 300, 320), "pretrained", 1, null);
  await first;
  assert.equal(asked, 1);
  lesson.watch(false);
  lesson.watch(true); // the same digit
  await turn();
  assert.equal(asked, 1);
  lesson.watch(false);
  lesson.choose(7);
  lesson.watch(true); // another label
  await turn();
  assert.equal(asked, 2);
  lesson.blank(); // nothing more is asked
});
