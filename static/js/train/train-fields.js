/**
 * The fields of the training form. Most come from the service's own table, GET /hyperparameters: {name, label, words, kind, low,
 * high, choices, main}, `kind` being whole, number, choice, flag or sizes; `choices` [{value, label}], values as text, of a
 * choice and a flag, else null. Pure.
 */

import { words } from "../ui/words.js";

const said = words.train;

/** Whole numbers with commas between. */
const SIZES = "\\s*\\d+(\\s*,\\s*\\d+)*\\s*";

/** What the page itself adds: the network that a run goes on from, of those that there are (TrainForm.offerModels). */
export const BASE_MODEL = { name: "base_model", label: said.startFrom, words: said.startFromWords, kind: "choice", choices: [], main: false };

/** The attributes of the <input> of a field that is written. */
export function inputOf({ kind, low, high }) {
  if (kind === "sizes") return { type: "text", pattern: SIZES };
  return { type: "number", min: low, max: high, step: kind === "whole" ? 1 : "any", inputmode: "decimal" };
}

/** What a field shows of its preset's value while it is left as it is. */
export function presetText({ choices }, value) {
  if (!choices) return value === null ? said.all : [value].flat().join(", ");
  return choices.find((choice) => choice.value === String(value))?.label ?? String(value);
}

/** What the form says -> the request; fields left empty come from the preset. */
export function toRequest(values, fields) {
  const request = { preset: values.preset };
  if (values.name?.trim()) request.name = values.name.trim();
  if (values.activate) request.activate = true;
  for (const { name, kind } of fields) {
    const text = String(values[name] ?? "").trim();
    if (text !== "") request[name] = VALUE[kind](text);
  }
  return request;
}

const VALUE = {
  whole: Number,
  number: Number,
  choice: (text) => text,
  flag: (text) => text === "true",
  sizes: (text) => text.split(",").map(Number),
};
