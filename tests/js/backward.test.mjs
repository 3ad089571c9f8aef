import { test } from "node:test";
import { Backward } from "../../static/js/backprop/backward.js";
import { Network } from "../../static/js/network/network.js";
import { assertClose, fixture } from "./fixture.mjs";

test("every number of the backward pass agrees with the model", () => {
  const { answer, weights, layers } = fixture;
  const arrays = Object.fromEntries(Object.entries(weights).map(([name, data]) => [name, { data: Float64Array.from(data) }]));
  const network = new Network({ id: "x", layers, activation: "tanh" }, arrays);
  const backward = new Backward(answer, network);
  const [from, to] = [[0, 1, 2, 3, 4], [0, 1, 2, 3]];
  assertClose(from.flatMap((i) => to.map((j) => backward.dW(2, i, j))), fixture.dW2);
  assertClose(to.flatMap((j) => backward.dWInto(2, j)), to.flatMap((j) => from.map((i) => fixture.dW2[4 * i + j])));
  assertClose(from.map((unit) => backward.arriving(1, unit) * backward.slope(1, unit)), fixture.delta1);
  assertClose([backward.squaredNorm()], [fixture.squaredNorm]);
});
