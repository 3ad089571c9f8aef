import assert from "node:assert/strict";
import { test } from "node:test";
import { Runs } from "../../static/js/train/runs.js";

const open = new Set(); // ids of the runs whose events are followed

class Stream extends EventTarget {
  static CLOSED = 2;
  readyState = 1;
  constructor(path) {
    super();
    this.id = path.split("/")[2];
    open.add(this.id);
  }
  close() {
    this.readyState = Stream.CLOSED;
    open.delete(this.id);
  }
}

const run = (id, state) => ({ id, state, metrics: [], hints: [], progress: { step: 0, steps: 9, epoch: 1, epochs: 1 } });

test("however many runs are under way or paused, connections are left for predictions", async () => {
  let listed = [];
  globalThis.EventSource = Stream;
  globalThis.fetch = async () => Response.json({ items: listed });
  globalThis.setTimeout = () => 0; // no list is asked for by itself
  const runs = new Runs();
  listed = ["a", "b", "c", "d", "e"].map((id) => run(id, "running"));
  await runs.refresh();
  assert.equal(open.size, 3);
  listed = ["a", "b", "c", "d", "e"].map((id) => run(id, "paused"));
  await runs.refresh();
  assert.equal(open.size, 0);
  listed = [run("mine", "queued"), ...["f", "g", "h"].map((id) => run(id, "running"))];
  await runs.refresh();
  runs.follow("mine");
  assert.equal(open.size, 3);
  assert.ok(open.has("mine"));
  listed = [run("mine", "paused"), run("f", "running")];
  await runs.refresh();
  assert.deepEqual([...open].sort(), ["f", "mine"]);
});

test("what was told of a run that is no longer followed is not kept by halves", async () => {
  let listed = [run("a", "running")];
  globalThis.fetch = async () => Response.json({ items: listed });
  const runs = new Runs();
  await runs.refresh();
  listed = [run("a", "paused")];
  await runs.refresh();
  assert.deepEqual(runs.losses("a"), []);
});
