/** The runs that are drawn, as series for the charts. Pure. */

import { DASHES, RUNS } from "./palette.js";

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

/** A line for each layer; colours tell layers apart, dashes the runs. */
function byLayer(drawn, key, word) {
  return drawn.flatMap(({ job }, run) => {
    const layers = job.metrics[0]?.[key]?.length ?? 0;
    return Array.from({ length: layers }, (_, layer) => ({
      name: drawn.length > 1 ? `${name(job)}, ${word} ${layer + 1}` : `${word} ${layer + 1}`,
      colour: RUNS[layer % RUNS.length],
      dash: DASHES[run % DASHES.length],
      points: series(job, (each) => each[key][layer]),
    }));
  });
}

export const normSeries = (drawn) => byLayer(drawn, "gradient_norms", "layer");
export const saturationSeries = (drawn) =>
  byLayer(drawn, "saturation", "hidden layer").map((each) => ({ ...each, points: each.points.map(([x, y]) => [x, 100 * y]) }));
