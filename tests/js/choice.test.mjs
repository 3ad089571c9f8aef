import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkChoice, parseId, USUAL } from "../../static/js/network/choice.js";

const AGES = [0, 300, 938].map((step) => ({ step, epoch: step ? 1 : 0 }));
const snapshots = async (base) => (base === "edges" ? [] : AGES);
const steps = ({ ages }) => ages.map(({ step }) => step);

test("an id may name an age", () => {
  assert.deepEqual(parseId("pixels@300"), { base: "pixels", step: 300 });
  assert.deepEqual(parseId("01ABC"), { base: "01ABC", step: null });
});

test("what was chosen reads, at the age that was chosen", async () => {
  const choice = new NetworkChoice(snapshots);
  assert.equal(choice.id, USUAL);
  let changes = 0;
  choice.addEventListener("change", () => (changes += 1));
  await choice.choose("mine");
  assert.deepEqual(steps(choice), [0, 300, 938, null]);
  assert.equal(choice.id, "mine");
  choice.grow(300);
  assert.equal(choice.id, "mine@300");
  assert.equal(choice.own, "mine@300");
  assert.equal(changes, 2);
  await choice.choose("edges");
  assert.deepEqual(steps(choice), [null]);
  await choice.choose("mine@0");
  assert.equal(choice.id, "mine@0");
});

test("an age that is lent is no choice, and none is lent to who has chosen one", async () => {
  const choice = new NetworkChoice(snapshots);
  await choice.choose("mine");
  choice.lend(300);
  assert.equal(choice.id, "mine@300");
  assert.equal(choice.own, "mine");
  choice.lend(undefined);
  assert.equal(choice.id, "mine");
  choice.grow(938);
  choice.lend(300);
  assert.equal(choice.id, "mine@938");
  await choice.choose("edges");
  choice.lend(300); // it has no ages
  assert.equal(choice.id, "edges");
});

test("a run under way reads with its newest snapshot until the reader looks at another age", async () => {
  const choice = new NetworkChoice(snapshots);
  choice.follow("run", []);
  assert.equal(choice.id, USUAL);
  choice.follow("run", AGES.slice(0, 1));
  assert.equal(choice.id, "run@0");
  choice.follow("run", AGES.slice(0, 2));
  assert.equal(choice.id, "run@300");
  choice.grow(0);
  choice.follow("run", AGES);
  assert.equal(choice.id, "run@0");
  assert.deepEqual(steps(choice), [0, 300, 938]);
  choice.grow(938); // the newest: it is followed again
  choice.follow("run", [...AGES, { step: 1876, epoch: 2 }]);
  assert.equal(choice.id, "run@1876");
});

test("ages that come late do not belong to a network chosen meanwhile", async () => {
  let give;
  const choice = new NetworkChoice((base) => (base === "slow" ? new Promise((done) => (give = done)) : Promise.resolve([])));
  const slow = choice.choose("slow");
  await choice.choose("edges");
  give(AGES);
  await slow;
  assert.deepEqual(steps(choice), [null]);
});
