/**
 * The fields of the training form. Most come from the service's own table, GET /hyperparameters: {name, label, words, kind, low,
 * high, choices, main}, `kind` being whole, number, choice, flag or sizes; `choices` [{value, label}], values as text, of a
 * choice and a flag, else null. Pure.
 */

import { words } from "../ui/words.js";

const said = words.train;

/** A pattern: whole numbers separated by commas. */
const SIZES = "\\s*\\d+(\\s*,\\s*\\d+)*\\s*";

/** The field that the page adds: the stored model that a run starts from (TrainForm.offerModels). */
export const BASE_MODEL = { name: "base_model", label: said.startFrom, words: said.startFromWords, kind: "choice", choices: [], main: false };

/** The attributes of the <input> of a text or number field. */
export function inputOf({ kind, low, high }) {
  if (kind === "sizes") return { type: "text", pattern: SIZES };
  return { type: "number", min: low, max: high, step: kind === "whole" ? 1 : "any", inputmode: "decimal" };
}

/** The preset's value as text, which a field shows while it is empty. */
export function presetText({ choices }, value) {
  if (!choices) return value === null ? said.all : [value].flat().join(", ");
  return choices.find((choice) => choice.value === String(value))?.label ?? String(value);
}

/** The form's values -> the body of POST /train; empty fields are left to the preset. */
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
