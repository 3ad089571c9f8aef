/** Turns the runs that are shown into series for the line charts, and into their legends. Pure. */

import { DASHES, DOTTED } from "../ui/palette.js";
import { fill, words } from "../ui/words.js";

const name = (job) => job.name || `${job.request.preset} ${job.id.slice(0, 4)}`;
const series = (job, pick) => job.metrics.map((metrics) => [metrics.epoch, pick(metrics)]);
const TRAINING = "3 3";
const TESTED = "7 4";
const NEUTRAL = "currentColor"; // of a line in a legend that stands for those of all runs

/** `drawn`: [{job, colour, marker, losses}]; a run without a marker is told apart by its colour alone. */
export function lossSeries(drawn) {
  return drawn.flatMap(({ job, colour, marker, losses }) => [
    { name: fill(words.runs.validation, { name: name(job) }), colour, dash: "", ...marked(marker), ...stopped(job), points: series(job, (each) => each.validation_loss) },
    { name: words.runs.training, colour, dash: TRAINING, points: losses.length ? losses : series(job, (each) => each.train_loss) },
  ]);
}

/** With several runs one entry for each, and one that says what is dotted. */
export const lossLegend = (drawn) => (drawn.length < 2 ? null : [...runEntries(drawn), { name: words.runs.training, colour: NEUTRAL, dash: TRAINING }]);

/** Beside the validation digits of each run a fine line for the test digits, if its recipe looks at them after each epoch. */
export function accuracySeries(drawn) {
  return drawn.flatMap(({ job, colour, marker }) => [
    { name: name(job), colour, dash: "", ...marked(marker), ...stopped(job), points: series(job, (each) => percent(each.validation_accuracy)) },
    ...(isTested(job) ? [{ name: fill(words.runs.tested, { name: name(job) }), colour, dash: TESTED, fine: true, points: series(job, (each) => percent(each.test_accuracy)) }] : []),
  ]);
}

/** Where test digits are shown it says what they are for. */
export const accuracyLegend = (drawn) =>
  drawn.some(({ job }) => isTested(job)) ? [...runEntries(drawn), { name: words.runs.forLooking, colour: NEUTRAL, dash: TESTED, fine: true }] : null;

const isTested = (job) => job.metrics.some((each) => each.test_accuracy !== undefined);

/** A line for each layer of each run: its colour is the run's, its dashes are the layer's. `pick(job, metrics)` -> a number for each layer. */
function byLayer(drawn, line, pick) {
  return drawn.flatMap(({ job, colour }) =>
    layersOf(job, pick).map((layer) => {
      const named = fill(line, { layer: layer + 1 });
      return {
        name: drawn.length > 1 ? fill(words.runs.ofRun, { name: name(job), line: named }) : named,
        colour,
        dash: DASHES[layer % DASHES.length],
        points: series(job, (each) => pick(job, each)[layer]),
      };
    }),
  );
}

/** With several runs an entry for each run, by its colour, and one for each layer, by its dashes. */
function layerLegend(drawn, line, pick) {
  if (drawn.length < 2) return null;
  const layers = Math.max(0, ...drawn.map(({ job }) => layersOf(job, pick).length));
  const entries = Array.from({ length: layers }, (_, layer) => ({ name: fill(line, { layer: layer + 1 }), colour: NEUTRAL, dash: DASHES[layer % DASHES.length] }));
  return [...runEntries(drawn), ...entries];
}

const runEntries = (drawn) => drawn.map(({ job, colour, marker }) => ({ name: name(job), colour, dash: "", ...marked(marker) }));
const marked = (marker) => (marker ? { marker } : {});
/** Where a run stopped early its line has a mark. */
const stopped = ({ stopped_early: stop }) => (stop ? { stop: { x: stop.epoch, text: words.runs.stoppedEarly } } : {});
const layersOf = (job, pick) => [...(job.metrics.length ? pick(job, job.metrics[0]) : []).keys()];

const percent = (part, all = 1) => (100 * part) / all;
const norms = (_, each) => each.gradient_norms;
const saturated = (_, each) => each.saturation.map((share) => percent(share));
const deadShares = ({ request }, { dead_units: dead = [] }) => dead.map((units, layer) => percent(units, request.hidden_layers[layer]));

export const normSeries = (drawn) => byLayer(drawn, words.runs.layer, norms);
export const normLegend = (drawn) => layerLegend(drawn, words.runs.layer, norms);

/** The share of saturated units of each layer, and as a dotted line its dead units (saturated on every digit), if any. */
export function saturationSeries(drawn) {
  const dead = byLayer(drawn, words.runs.deadLayer, deadShares).filter(({ points }) => points.some(([, share]) => share > 0));
  return [...byLayer(drawn, words.runs.hiddenLayer, saturated), ...dead.map((each) => ({ ...each, dash: DOTTED }))];
}

export const saturationLegend = (drawn) => layerLegend(drawn, words.runs.hiddenLayer, saturated);
