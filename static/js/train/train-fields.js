/**
 * The fields of the training form. Most come from the service's own table, GET /hyperparameters: {name, label, words, kind, low,
 * high, choices, optional, main}, `kind` being whole, number, choice, flag or sizes. Pure.
 */

import { words } from "../ui/words.js";

const said = words.train;

/** Whole numbers with commas between. */
const SIZES = "\\s*\\d+(\\s*,\\s*\\d+)*\\s*";

/** What the page itself adds: the network that a run goes on from, of those that there are (TrainForm.offerModels). */
export const BASE_MODEL = { name: "base_model", label: said.startFrom, words: said.startFromWords, kind: "choice", choices: [], main: false };

/** The choices of a field that is a list: [{value, label}], values as text; null for a field that is written. */
export function choicesOf({ kind, choices }) {
  if (kind === "flag") return [{ value: "false", label: said.no }, { value: "true", label: said.yes }];
  return kind === "choice" ? choices : null;
}

/** The attributes of the <input> of a field that is written. */
export function inputOf({ kind, low, high }) {
  if (kind === "sizes") return { type: "text", pattern: SIZES };
  return { type: "number", min: low, max: high, step: kind === "whole" ? 1 : "any", inputmode: "decimal" };
}

/** What a field shows of its preset's value while it is left as it is. */
export function presetText(field, value) {
  const choices = choicesOf(field);
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
