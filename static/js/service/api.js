/** Calls the HTTP API. Every failure becomes an ApiError whose message is a sentence for the reader. */

import { fill, words } from "../ui/words.js";

const PATIENCE = 15_000; // milliseconds until a silent server counts as away
let key = null;

export class ApiError extends Error {
  constructor(status, message, errors = [], retryAfter = null, code = null) {
    super(message);
    this.status = status; // 0: the server could not be reached
    this.code = code; // of the refusal, for programs
    this.errors = errors; // [{field, message}, …] of a refused form
    this.retryAfter = retryAfter; // seconds
  }

  get away() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function useKey(value) {
  key = value || null;
}

/** `as`: "json", "buffer", "blob" or "nothing". A plain object as `body` is sent as JSON. */
export async function call(method, path, { body = null, headers = {}, as = "json", patience = PATIENCE } = {}) {
  const request = { method, headers: { Accept: "application/json", ...headers }, signal: AbortSignal.timeout(patience) };
  if (key) request.headers.Authorization = `Bearer ${key}`;
  if (body !== null) {
    const raw = body instanceof FormData || body instanceof Blob || ArrayBuffer.isView(body);
    request.body = raw ? body : JSON.stringify(body);
    if (!raw) request.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new ApiError(0, words.service.silent);
  }
  if (!response.ok) throw await refusal(response);
  try {
    if (as === "json") return await response.json();
    if (as === "buffer") return await response.arrayBuffer();
    if (as === "blob") return await response.blob();
    return null;
  } catch {
    throw new ApiError(0, words.service.brokenOff);
  }
}

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  const errors = Array.isArray(problem.errors) ? problem.errors.map(fieldError) : [];
  const message = typeof problem.detail === "string" ? problem.detail : problem.title;
  const wait = Number(response.headers.get("Retry-After")) || null;
  return new ApiError(response.status, message || fill(words.service.status, response), errors, wait, problem.code);
}

/** A field error may say where as `field`, `name`, `pointer` or a `loc` path; the last part is the form's field. */
function fieldError(error) {
  const where = error.field ?? error.name ?? error.pointer ?? error.loc ?? "";
  const field = String(Array.isArray(where) ? where.at(-1) : where).split(/[./]/).at(-1);
  return { field, message: error.message ?? error.msg ?? error.detail ?? "" };
}

const query = (options) => {
  const each = Object.entries(options).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
  const given = each.filter(([, value]) => value !== null && value !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
};
const model = (id) => `/models/${encodeURIComponent(id)}`;
const job = (id) => `/train/${encodeURIComponent(id)}`;

export const predict = (pixels, id = null, details = true) =>
  call("POST", `/predict${query({ details: details || null, model: id })}`, { body: { pixels: Array.from(pixels) } });

export function predictImage(file, id = null) {
  const form = new FormData();
  form.append("image", file);
  return call("POST", `/predict${query({ details: true, model: id })}`, { body: form });
}

/** What a network reads of n drawings of 784 bytes each, one after the other: n·10 probabilities. */
export async function predictBatch(bytes, id) {
  const type = "application/octet-stream";
  const headers = { "Content-Type": type, Accept: type };
  return new Float32Array(await call("POST", `/predict/batch${query({ model: id })}`, { body: bytes, headers, as: "buffer", patience: 60_000 }));
}

/** Each digit of a picture, with its box: {digits: [{digit, box, pixels, …}], number, width, height}. */
export function predictEach(file, id = null) {
  const form = new FormData();
  form.append("image", file);
  return call("POST", `/predict${query({ digits: "many", model: id })}`, { body: form });
}

/** An exercise as JSON; `planted`: with the gradients of a wrong backward pass. */
export const exercise = ({ level, seed, planted = null }) => call("GET", `/exercise${query({ level, seed, planted, format: "json" })}`);
/** The kinds of mistakes that are known: {items: [{number, name}]}. */
export const mistakes = () => call("GET", "/mistakes");

/** Have gradients judged, {dW1: [[…]], …}. `convention`: "mean" or "sum". */
export const checkGradients = (id, given, convention = "mean") =>
  call("POST", `/check${query({ convention })}`, { body: { exercise: id, ...given }, patience: 60_000 });

/** The same of a file, as np.savez makes it; or of a program, where the service runs one. */
export function checkFile(file, id, convention = "mean") {
  const form = new FormData();
  form.append(file.name.endsWith(".py") ? "code" : "gradients", file);
  form.append("exercise", id);
  return call("POST", `/check${query({ convention })}`, { body: form, patience: 60_000 });
}

/** One of MNIST's test digits: {index, label, pixels}. */
export const digit = (index) => call("GET", `/digits/${index}`);

/** `options`: model, check, learning_rate (an array: one step each). */
export const gradients = (pixels, label, options = {}) =>
  call("POST", `/gradients${query(options)}`, { body: { pixels: Array.from(pixels), label }, patience: 60_000 });

export const hyperparameters = () => call("GET", "/hyperparameters");
export const presets = () => call("GET", "/presets");
/** Runs that go wrong, and their cures: [{name, title, words, request, hint, change}]. */
export const lessons = () => call("GET", "/lessons");
export const train = (request) => call("POST", "/train", { body: request });
export const jobs = (limit = 50) => call("GET", `/train${query({ limit })}`);
export const getJob = (id) => call("GET", job(id));
export const jobSnapshots = (id) => call("GET", `${job(id)}/snapshots`);
export const pauseJob = (id) => call("POST", `${job(id)}/pause`);
/** `epochs`: pause again after so many; null: go on to the end. */
export const resumeJob = (id, epochs = null) => call("POST", `${job(id)}/resume${query({ epochs })}`);
export const cancelJob = (id) => call("DELETE", job(id), { as: "nothing" });
export const jobEvents = (id) => `${job(id)}/events`;

/** Data sets of one's own: {items: [{id, name, classes, …}]}. */
export const datasets = (limit = 100) => call("GET", `/datasets${query({ limit })}`);
/** One of them, with a few of its pictures. */
export const dataset = (id) => call("GET", `/datasets/${encodeURIComponent(id)}`);
export const deleteDataset = (id) => call("DELETE", `/datasets/${encodeURIComponent(id)}`, { as: "nothing" });

/** `parts`: [{part, file}], part being zip, train_images, …; `options`: name, classes, orientation. */
export function bringDataset(parts, options) {
  const form = new FormData();
  for (const { part, file } of parts) form.append(part, file);
  for (const [name, value] of Object.entries(options)) form.append(name, value);
  return call("POST", "/datasets", { body: form, patience: 300_000 });
}

export const models = (limit = 100) => call("GET", `/models${query({ limit })}`);
export const getModel = (id) => call("GET", model(id));
/** The ages of a network: {items: [{model, step, epoch, …}]}, by step. */
export const snapshots = (id) => call("GET", `${model(id)}/snapshots`);
/** A model's results on the test images of its data set: accuracy, loss, confusion, worst mistakes. `options`: worst (how many), label, digit. */
export const evaluation = (id, options = {}) => call("GET", `${model(id)}/evaluation${query(options)}`, { patience: 60_000 });
export const weights = (id) => call("GET", `${model(id)}/weights`, { as: "buffer", headers: { Accept: "*/*" } });
export const weightsPath = (id) => `${model(id)}/weights`;
export const activate = (id) => call("PUT", "/models/active", { body: { model: id }, as: "nothing" });
export const deleteModel = (id) => call("DELETE", model(id), { as: "nothing" });

export function uploadModel(file, name) {
  const form = new FormData();
  form.append("weights", file);
  if (name) form.append("name", name);
  return call("POST", "/models", { body: form });
}

/** The reader's own drawings: {items: [{id, label, pixels, strokes, created_at}], next, count}, the newest first. */
export const samples = (options = {}) => call("GET", `/samples${query(options)}`);
export const samplesPath = "/samples?format=npz";
export const keepSample = (sample) => call("POST", "/samples", { body: sample });
export const deleteSample = (id) => call("DELETE", `/samples/${encodeURIComponent(id)}`, { as: "nothing" });
export const deleteSamples = () => call("DELETE", "/samples", { as: "nothing" });

/** Add the samples of a file: {added, known}. */
export function importSamples(file) {
  const form = new FormData();
  form.append("samples", file);
  return call("POST", "/samples", { body: form, patience: 60_000 });
}
