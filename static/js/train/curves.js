/** Turns the runs that are shown into series for the line charts. Pure. */

import { DASHES, DOTTED, RUNS } from "../ui/palette.js";
import { fill, words } from "../ui/words.js";

const name = (job) => job.name || `${job.request.preset} ${job.id.slice(0, 4)}`;
const series = (job, pick) => job.metrics.map((metrics) => [metrics.epoch, pick(metrics)]);

/** `drawn`: [{job, colour, losses}]. */
export function lossSeries(drawn) {
  return drawn.flatMap(({ job, colour, losses }) => [
    { name: fill(words.runs.validation, { name: name(job) }), colour, dash: "", points: series(job, (each) => each.validation_loss) },
    { name: words.runs.training, colour, dash: "3 3", points: losses.length ? losses : series(job, (each) => each.train_loss) },
  ]);
}

export const accuracySeries = (drawn) =>
  drawn.map(({ job, colour }) => ({ name: name(job), colour, dash: "", points: series(job, (each) => 100 * each.validation_accuracy) }));

/** A line for each layer; colours differ by layer, dashes by run. `line`: a line's name; `pick(job, metrics)` -> a number for each layer. */
function byLayer(drawn, line, pick) {
  return drawn.flatMap(({ job }, run) => {
    const layers = job.metrics.length ? pick(job, job.metrics[0]).length : 0;
    const named = (layer) => fill(line, { layer: layer + 1 });
    return Array.from({ length: layers }, (_, layer) => ({
      name: drawn.length > 1 ? fill(words.runs.ofRun, { name: name(job), line: named(layer) }) : named(layer),
      colour: RUNS[layer % RUNS.length],
      dash: DASHES[run % DASHES.length],
      points: series(job, (each) => pick(job, each)[layer]),
    }));
  });
}

const percent = (part, all = 1) => (100 * part) / all;
const deadShares = ({ request }, { dead_units: dead = [] }) => dead.map((units, layer) => percent(units, request.hidden_layers[layer]));

export const normSeries = (drawn) => byLayer(drawn, words.runs.layer, (_, each) => each.gradient_norms);

/** The share of saturated units of each layer, and as a dotted line its dead units (saturated on every digit), if any. */
export function saturationSeries(drawn) {
  const saturated = byLayer(drawn, words.runs.hiddenLayer, (_, each) => each.saturation.map((share) => percent(share)));
  const dead = byLayer(drawn, words.runs.deadLayer, deadShares).filter(({ points }) => points.some(([, share]) => share > 0));
  return [...saturated, ...dead.map((each) => ({ ...each, dash: DOTTED }))];
}
