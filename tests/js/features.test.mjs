import assert from "node:assert/strict";
import { test } from "node:test";
import { EDGES, FEATURES } from "../../static/js/network/features.js";
import { Compass } from "../../static/js/network/layout.js";
import { fixture } from "./fixture.mjs";

const STEPS = { right: [1, 0], left: [-1, 0], down: [0, 1], up: [0, -1] };

test("an edge is named by the side of the stroke on which it lies", () => {
  const steps = fixture.directions.map((name) => name.split(" ").map((each) => STEPS[each]).reduce(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]));
  assert.deepEqual(EDGES.map(({ dx, dy }) => [dx, dy]), steps);
  const named = new Set(fixture.strength.flatMap((value, input) => (value ? [FEATURES.edges.at(input)] : [])));
  for (const place of [
    "upper sides (↓), rows 6–7, columns 12–15: ",
    "left sides (→), rows 14–15, columns 8–11: ",
    "lower sides (↑), rows 18–19, columns 12–15: ",
    "right sides (←), rows 14–15, columns 16–19: ",
    "upper left sides (↘), rows 6–7, columns 8–11: ",
    "upper right sides (↙), rows 6–7, columns 16–19: ",
    "lower left sides (↗), rows 18–19, columns 8–11: ",
    "lower right sides (↖), rows 18–19, columns 16–19: ",
  ]) assert.ok(named.has(place), place);
});

test("every edge lies where it is found, and is reached by arrow keys", () => {
  const layout = new Compass(8);
  const [width, height] = layout.size;
  for (let input = 0; input < layout.count; input += 1) {
    const [x, y] = layout.corner(input);
    assert.equal(layout.under(x + width / 2, y + height / 2), input);
  }
  const reached = new Set([0]);
  for (const input of reached) {
    for (const step of Object.values(STEPS)) {
      const next = layout.next(input, ...step);
      if (next !== null) reached.add(next);
    }
  }
  assert.equal(reached.size, 784);
  const side = layout.width;
  const nowhere = [[side / 2, side / 2], [14 * 8 + 4, 5], [side, 5], [-1, 5]];
  assert.deepEqual(nowhere.map((point) => layout.under(...point)), [null, null, null, null]);
});
