/** The cure of a diagnosis, {hint, text, change}: the same run with one change of its settings. Pure. */

import { fill, words } from "../ui/words.js";
import { presetText } from "./train-fields.js";

const MOST_NAME = 200; // characters
const BESIDES = ["base_model", "samples", "dataset"]; // of a request, that are no fields of the form

/** A change {field: value} in words, such as "Learning rate α 0.03"; `fields` as train-fields.js has them. */
export function changeText(change, fields) {
  const texts = Object.entries(change).map(([name, value]) => {
    const field = fields.find((each) => each.name === name);
    return field ? `${field.label} ${presetText(field, value)}` : `${name} ${value}`;
  });
  return texts.join(", ");
}

/** The body of POST /train for the run of `job` with this change. What is null is left to the preset, where it is null too. */
export function cureRequest(job, change, fields) {
  const names = [...fields.map(({ name }) => name), ...BESIDES];
  const values = { ...job.request, ...change };
  const kept = names.filter((name) => (values[name] ?? null) !== null);
  const name = fill(words.lessons.curedRun, { name: job.name, change: changeText(change, fields) }).slice(0, MOST_NAME);
  return { preset: job.request.preset, ...Object.fromEntries(kept.map((each) => [each, values[each]])), name };
}

/** The cure of a diagnosis of this job, by the diagnosis' sentence; null if there is none. */
export const cureOf = (job, text) => (job.cures ?? []).find((cure) => cure.text === text) ?? null;

/** The bodies of the two runs of a lesson, as it goes wrong and cured. */
export function lessonRequests({ title, request, change }) {
  const present = Object.entries({ ...request, ...change }).filter(([, value]) => value !== null);
  return [{ ...request, name: title }, { ...Object.fromEntries(present), name: fill(words.lessons.curedLesson, { title }) }];
}

/** The values that a lesson's change replaces; `presets`: {fast: {epochs: 3, …}, …}. */
export function brokenValues({ request, change }, presets) {
  return Object.fromEntries(Object.keys(change).map((name) => [name, request[name] ?? presets[request.preset][name]]));
}
