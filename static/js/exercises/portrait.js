/** The slope portrait: σ′ as the learner's own gradients have it, over the sigmoid's own. Pure. */

const STEPS = 50;
const SEEN = 0.005; // less is not seen in the picture

/** h(1 − h) for h from 0 to 1. */
export const CURVE = Array.from({ length: STEPS + 1 }, (_, step) => [step / STEPS, (step / STEPS) * (1 - step / STEPS)]);

const range = (values) => [Math.min(...values), Math.max(...values)];

/** `slope`: {h, slope, right}, each (points,). Gives the points to be drawn, and the ranges that a text names. */
export function portrait({ h, slope, right }) {
  const triples = h.map((each, at) => [each, slope[at], right[at]]).filter(([, own]) => Number.isFinite(own));
  const off = Math.max(...triples.map(([, own, sigmoids]) => Math.abs(own - sigmoids)));
  const column = (at) => range(triples.map((each) => each[at]));
  return { points: triples.map(([each, own]) => [each, own]), h: column(0), own: column(1), right: column(2), agrees: off < SEEN };
}
