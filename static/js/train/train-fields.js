/**
 * The fields of the training form. Most come from the service's own table, GET /hyperparameters: {name, label, words, kind, low,
 * high, choices, main}, `kind` being whole, number, choice, flag or sizes; `choices` [{value, label}], values as text, of a
 * choice, a flag and a number that stands for something, else null. Pure.
 */

import { fill, words } from "../ui/words.js";

const said = words.train;

/** A pattern: whole numbers separated by commas. */
const SIZES = "\\s*\\d+(\\s*,\\s*\\d+)*\\s*";

/** The field that the page adds: the stored model that a run starts from (TrainForm.offerModels). */
export const BASE_MODEL = { name: "base_model", label: said.startFrom, words: said.startFromWords, kind: "choice", choices: [], main: false };

/** And the data set of one's own that it learns (TrainForm.offerDatasets). */
export const DATASET = { name: "dataset", label: said.dataset, words: said.datasetWords, kind: "choice", choices: [], main: true };

/** The attributes of the <input> of a text or number field. */
export function inputOf({ kind, low, high }) {
  if (kind === "sizes") return { type: "text", pattern: SIZES };
  return { type: "number", min: low, max: high, step: kind === "whole" ? 1 : "any", inputmode: "decimal" };
}

const ALL = ["train_examples"]; // fields where null stands for all there are, not for none

/** The preset's value as text, which a field shows while it is empty. */
export function presetText({ name, choices }, value) {
  if (value === null) return ALL.includes(name) ? said.all : said.none;
  if (!choices) return [value].flat().join(", ");
  return choices.find((choice) => choice.value === String(value))?.label ?? String(value);
}

/** The form's values -> the body of POST /train; empty fields are left to the preset. */
export function toRequest(values, fields) {
  const request = { preset: values.preset };
  if (values.name?.trim()) request.name = values.name.trim();
  if (values.samples) request.samples = true;
  if (values.activate) request.activate = true;
  for (const { name, kind } of fields) {
    const text = String(values[name] ?? "").trim();
    if (text !== "") request[name] = VALUE[kind](text);
  }
  return request;
}

/** The bodies of the runs that the form starts: with a mistake, if it is wished, the right one beside it. */
export function toRequests(values, fields) {
  const request = toRequest(values, fields);
  if (!request.mistake) return [request];
  const { label } = fields.find(({ name }) => name === "mistake").choices.find(({ value }) => value === String(request.mistake));
  const { mistake, activate, ...right } = request;
  const wrong = { ...request, name: request.name ?? label };
  return values.beside ? [{ ...right, name: fill(said.rightName, { name: wrong.name }) }, wrong] : [wrong];
}

const VALUE = {
  whole: Number,
  number: Number,
  choice: (text) => text,
  flag: (text) => text === "true",
  sizes: (text) => text.split(",").map(Number),
};
