/** The runs that are drawn, as series for the charts. Pure. */

import { DASHES, DOTTED, RUNS } from "../ui/palette.js";

const name = (job) => job.name || `${job.request.preset} ${job.id.slice(0, 4)}`;
const series = (job, pick) => job.metrics.map((metrics) => [metrics.epoch, pick(metrics)]);

/** `drawn`: [{job, colour, losses}]. */
export function lossSeries(drawn) {
  return drawn.flatMap(({ job, colour, losses }) => [
    { name: `${name(job)}: validation`, colour, dash: "", points: series(job, (each) => each.validation_loss) },
    { name: "training", colour, dash: "3 3", points: losses.length ? losses : series(job, (each) => each.train_loss) },
  ]);
}

export const accuracySeries = (drawn) =>
  drawn.map(({ job, colour }) => ({ name: name(job), colour, dash: "", points: series(job, (each) => 100 * each.validation_accuracy) }));

/** A line for each layer; colours tell layers apart, dashes the runs. `pick(job, metrics)`: a number for each layer. */
function byLayer(drawn, word, pick) {
  return drawn.flatMap(({ job }, run) => {
    const layers = job.metrics.length ? pick(job, job.metrics[0]).length : 0;
    return Array.from({ length: layers }, (_, layer) => ({
      name: drawn.length > 1 ? `${name(job)}, ${word} ${layer + 1}` : `${word} ${layer + 1}`,
      colour: RUNS[layer % RUNS.length],
      dash: DASHES[run % DASHES.length],
      points: series(job, (each) => pick(job, each)[layer]),
    }));
  });
}

const percent = (part, all = 1) => (100 * part) / all;
const deadShares = ({ request }, { dead_units: dead = [] }) => dead.map((units, layer) => percent(units, request.hidden_layers[layer]));

export const normSeries = (drawn) => byLayer(drawn, "layer", (_, each) => each.gradient_norms);

/** Dotted below a layer's line: its dead units, which no digit wakes, where there are any. */
export function saturationSeries(drawn) {
  const saturated = byLayer(drawn, "hidden layer", (_, each) => each.saturation.map((share) => percent(share)));
  const dead = byLayer(drawn, "dead for good, layer", deadShares).filter(({ points }) => points.some(([, share]) => share > 0));
  return [...saturated, ...dead.map((each) => ({ ...each, dash: DOTTED }))];
}
