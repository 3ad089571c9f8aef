import assert from "node:assert/strict";
import { test } from "node:test";
import { fixture } from "./fixture.mjs";
import { MOST_POINTS, MOST_STROKES, OwnSamples, unitStrokes } from "../../static/js/samples/own-samples.js";
import { Readings, rightOf } from "../../static/js/samples/readings.js";
import { Teaching } from "../../static/js/samples/teaching.js";

const inked = (at) => Array.from({ length: 784 }, (_, index) => (index === at ? 255 : 0));
const sample = (id, label, made = "2026-01-01T00:00:00Z") => ({ id, label, pixels: inked(Number(id)), strokes: null, created_at: made });
const turn = () => new Promise((done) => setImmediate(done));

/** A service that keeps these samples; `asked` lists what it was asked. `read(model, at)`: the digit of a drawing inked at `at`. */
function service(samples, { read = () => 0, accuracy = {}, page = 200 } = {}) {
  const asked = [];
  globalThis.fetch = async (url, { method, body, headers }) => {
    asked.push({ method, url, body, headers });
    const { pathname, searchParams } = new URL(url, "http://here");
    if (pathname === "/predict/batch") {
      const count = body.length / 784;
      const answer = new Float32Array(10 * count);
      for (let one = 0; one < count; one += 1) answer[10 * one + read(searchParams.get("model"), body.subarray(784 * one, 784 * (one + 1)).indexOf(255))] = 1;
      return new Response(answer.buffer);
    }
    if (pathname.startsWith("/models/")) return Response.json({ accuracy: accuracy[pathname.split("/")[2]] });
    if (method === "DELETE") return samples.some(({ id }) => pathname.endsWith(id)) ? new Response(null, { status: 204 }) : Response.json({ detail: "No such sample." }, { status: 404 });
    if (method === "POST") return Response.json(sample("7", JSON.parse(body).label), { status: 201 });
    const start = Number(searchParams.get("cursor") ?? 0);
    const next = start + page < samples.length ? String(start + page) : null;
    return Response.json({ items: samples.slice(start, start + page), next, count: samples.length });
  };
  return asked;
}

test("strokes are sent in units of the pad, without what lies outside of it", () => {
  assert.deepEqual(unitStrokes([{ width: 18, points: [[140, 70], [-9, 300]] }, { width: 8, points: [[0, 280]] }]), [[[0.5, 0.25], [0, 1]], [[0, 1]]]);
});

test("of a long drawing fewer points are kept, of one with too many strokes its pixels alone", () => {
  assert.deepEqual({ strokes: MOST_STROKES, points: MOST_POINTS }, fixture);
  const stroke = (length) => ({ width: 18, points: Array.from({ length }, (_, x) => [x % 280, 0]) });
  const kept = unitStrokes(Array.from({ length: MOST_STROKES }, () => stroke(500)));
  assert.ok(kept.flat().length <= MOST_POINTS);
  assert.deepEqual([kept[0][0], kept[0].at(-1)], [[0, 0], [Math.round((1e4 * 219) / 280) / 1e4, 0]]);
  assert.equal(unitStrokes([stroke(900)])[0].length, 900);
  assert.equal(unitStrokes(Array.from({ length: MOST_STROKES + 1 }, () => stroke(2))), null);
});

test("a drawing is kept once, found again by its pixels, and deleted even if another did so already", async () => {
  const asked = service([]);
  const own = new OwnSamples();
  assert.equal(await own.begin(), true);
  assert.equal(own.of(Uint8Array.from(inked(7))), null);
  for (let times = 0; times < 2; times += 1) await own.keep(Uint8Array.from(inked(7)), [{ width: 18, points: [[28, 28]] }], 4);
  const sent = JSON.parse(asked.at(-1).body);
  assert.deepEqual([sent.label, sent.strokes, sent.pixels.length], [4, [[[0.1, 0.1]]], 784]);
  assert.equal(own.count, 1);
  assert.equal(own.of(Uint8Array.from(inked(7))).label, 4);
  await own.remove("7"); // a 404
  assert.deepEqual([own.count, own.items], [0, []]);
});

test("pixels that no pen drew are sent without strokes", async () => {
  const asked = service([]);
  await new OwnSamples().keep(Uint8Array.from(inked(7)), [], 4);
  assert.equal("strokes" in JSON.parse(asked.at(-1).body), false);
});

test("a refusal is passed on, and what is there stays", async () => {
  service([sample("1", 1)]);
  const own = new OwnSamples();
  await own.begin();
  globalThis.fetch = async () => Response.json({ detail: "It is kept as a 1." }, { status: 409 });
  await assert.rejects(own.keep(Uint8Array.from(inked(1)), [], 7), { message: "It is kept as a 1.", status: 409 });
  await assert.rejects(own.remove("1"), { status: 409 });
  assert.equal(own.count, 1);
});

test("where samples are off nothing is offered; any other trouble is told", async () => {
  const own = new OwnSamples();
  globalThis.fetch = async () => Response.json({ detail: "Off.", code: "samples.off" }, { status: 403 });
  assert.equal(await own.begin(), false);
  assert.equal(own.open, false);
  globalThis.fetch = async () => Response.json({ detail: "Another page." }, { status: 403 });
  await assert.rejects(own.begin(), { message: "Another page." });
});

test("all pages of the list are fetched when all are wanted", async () => {
  service([1, 2, 3, 4, 5].map((id) => sample(String(id), id)), { page: 2 });
  const own = new OwnSamples();
  await own.begin();
  assert.deepEqual([own.items.length, own.count], [2, 5]);
  assert.deepEqual((await own.all()).map(({ id }) => id), ["1", "2", "3", "4", "5"]);
});

const drawn = (ids) => ids.map((id) => ({ ...sample(String(id), id % 10), pixels: Uint8Array.from(inked(id)) }));

test("each drawing is read once by each network", async () => {
  const asked = service([], { read: (model, at) => (model === "good" ? at % 10 : 0) });
  const readings = new Readings();
  const samples = drawn([10, 11, 12]);
  assert.equal(rightOf(samples, await readings.of(samples, "good")), 3);
  assert.equal(rightOf(samples, await readings.of(samples, "bad")), 1);
  assert.equal(rightOf(drawn([10, 13]), await readings.of(drawn([10, 13]), "good")), 2);
  assert.deepEqual(asked.map(({ body }) => body.length / 784), [3, 3, 1]);
});

test("many drawings are read in several requests, each answer to its own drawing", async () => {
  const asked = service([], { read: (_, at) => at % 10 });
  const samples = drawn(Array.from({ length: 700 }, (_, index) => index));
  assert.equal(rightOf(samples, await new Readings().of(samples, "good")), 700);
  assert.deepEqual(asked.map(({ body }) => body.length / 784), [500, 200]);
});

/** Training without a service: `runs` with the jobs that a test sets. */
function training(job, start = async () => job) {
  const runs = new EventTarget();
  runs.jobs = [];
  runs.get = (id) => runs.jobs.find((each) => each.id === id) ?? null;
  runs.follow = (id) => (runs.followed = id);
  runs.are = (...jobs) => {
    runs.jobs = jobs;
    runs.dispatchEvent(new Event("change"));
  };
  return { runs, start: (request) => ((runs.request = request), start(request)) };
}

const JOB = { id: "job", state: "running", model: null, created_at: "2026-02-01T00:00:00Z", request: { base_model: "old", samples: true }, progress: {} };
const OVER = { ...JOB, state: "succeeded", model: "new" };

async function teacher(job, start) {
  const own = new OwnSamples();
  service([sample("3", 3, "2026-03-01T00:00:00+00:00"), sample("2", 2), sample("1", 1)], { read: (model, at) => (model === "new" ? at : 1), accuracy: { old: 0.98, new: 0.979 } });
  await own.begin();
  const made = training(job, start);
  const teaching = new Teaching(own, new Readings(), made);
  const done = () => new Promise((resolve) => teaching.addEventListener("change", () => teaching.busy || resolve()));
  return { teaching, own, runs: made.runs, done };
}

test("it teaches the network in use, and shows before and after", async () => {
  const { teaching, runs, done } = await teacher(JOB);
  assert.equal(teaching.busy, false);
  const started = teaching.teach("old", "old + 3");
  assert.equal(teaching.busy, true); // before the service has answered: no second run
  assert.deepEqual(runs.request, { base_model: "old", samples: true, name: "old + 3" });
  runs.jobs = [JOB];
  assert.equal(await started, JOB);
  assert.deepEqual([runs.followed, teaching.run], ["job", JOB]);
  const over = done();
  runs.are(OVER);
  runs.are(OVER); // the list says so again
  await over;
  const { base, model, rows, accuracy } = teaching.result;
  assert.deepEqual([base, model, accuracy], ["old", "new", [0.98, 0.979]]);
  assert.deepEqual(rows.map(({ before, after, since }) => [before, after, since]), [[1, 3, true], [1, 2, false], [1, 1, false]]);
});

test("a run that is over before it is followed is shown as well", async () => {
  const { teaching, runs, done } = await teacher(JOB);
  runs.jobs = [OVER];
  const over = done();
  await teaching.teach("old", "x");
  await over;
  assert.equal(teaching.result.model, "new");
});

test("a drawing that is deleted or added is in the result, too", async () => {
  const { teaching, own, runs, done } = await teacher(JOB);
  await teaching.teach("old", "x");
  const over = done();
  runs.are(OVER);
  await over;
  const again = done();
  await own.remove("1");
  await again;
  assert.deepEqual(teaching.result.rows.map(({ sample: { id } }) => id), ["3", "2"]);
});

test("a run that failed, was stopped or could not begin says so, and can be tried again", async () => {
  const { teaching, runs } = await teacher(JOB);
  await teaching.teach("old", "x");
  runs.are({ ...JOB, state: "failed", error: "The loss became infinite." });
  assert.deepEqual([teaching.busy, teaching.trouble, teaching.result], [false, "The loss became infinite.", null]);
  runs.jobs = [];
  await teaching.teach("old", "x");
  assert.equal(teaching.trouble, "");
  runs.are({ ...JOB, state: "cancelled", error: null });
  assert.match(teaching.trouble, /stopped/);
  const refused = await teacher(JOB, async () => {
    throw new Error("Too many runs.");
  });
  assert.equal(await refused.teaching.teach("old", "x"), null);
  assert.deepEqual([refused.teaching.busy, refused.teaching.trouble], [false, "Too many runs."]);
});

test("a network that is gone when both are compared is told in words", async () => {
  const { teaching, runs, done } = await teacher(JOB);
  await teaching.teach("old", "x");
  globalThis.fetch = async () => Response.json({ detail: "There is no network old." }, { status: 404 });
  const over = done();
  runs.are(OVER);
  await over;
  assert.deepEqual([teaching.busy, teaching.result, teaching.trouble], [false, null, "There is no network old."]);
});

test("a run of an earlier visit is taken up; one that is gone, or taught nothing, is not", async () => {
  const { teaching, done } = await teacher(JOB);
  const { fetch } = globalThis;
  const answering = (job) => (globalThis.fetch = async (url, options) => (url === "/train/job" ? Response.json(job, { status: job ? 200 : 404 }) : fetch(url, options)));
  for (const job of [null, { ...OVER, request: { base_model: "old" } }, { ...JOB, state: "failed" }]) {
    answering(job);
    assert.equal(await teaching.takeUp("job"), false);
  }
  answering(OVER);
  const over = done();
  assert.equal(await teaching.takeUp("job"), true);
  await over;
  assert.equal(teaching.result.model, "new");
  await turn();
});
