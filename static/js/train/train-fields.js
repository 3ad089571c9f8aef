/** The fields of the training form, each with its sentence, and the presets' words. Pure data. */

/** What the presets are for; what they put into the fields is the service's to say. */
export const PRESETS = {
  fast: { title: "Fast", words: "98\u00a0% of the test digits in seconds. Start here." },
  blog: { title: "Blog", words: "The text's own recipe: plain gradient descent, small steps. It learns slowly: about 88\u00a0%." },
  best: { title: "Best", words: "The recipe of the bundled weights: distorted digits, edges instead of pixels, many epochs, several minutes." },
};

const whole = (low, high) => ({ type: "number", min: low, max: high, step: 1 });
const real = (low, high) => ({ type: "number", min: low, max: high, step: "any" });

/** `kind`: number, text, choice or yesno. `more`: shown under "more settings". */
export const FIELDS = [
  { name: "epochs", label: "Epochs", ...whole(1, 10000), words: "How often the network sees every training digit." },
  { name: "learning_rate", label: "Learning rate α", ...real(1e-9, 100), words: "How far each step goes downhill. Too small: slow. Too large: the loss jumps about." },
  { name: "batch_size", label: "Batch size", ...whole(1, 60000), words: "How many digits are averaged for one step." },
  { name: "momentum", label: "Momentum", more: true, ...real(0, 0.9999), words: "How much of the last step is kept: a ball rolling rather than a walker." },
  { name: "weight_decay", label: "Weight decay", more: true, ...real(0, 1), words: "A gentle pull of every weight towards 0, against learning by heart." },
  { name: "schedule", label: "Schedule", more: true, options: ["constant", "cosine"], words: "Whether α stays the same or glides down to 0." },
  { name: "hidden_layers", label: "Hidden layers", more: true, type: "text", pattern: "\\s*\\d+(\\s*,\\s*\\d+)*\\s*", words: "Units of each hidden layer: 128, or 256, 64 for two layers." },
  { name: "activation", label: "Activation", more: true, options: ["sigmoid", "tanh", "relu", "leaky_relu"], words: "How a hidden unit answers to its sum." },
  { name: "initialization", label: "First weights", more: true, options: ["scaled", "blog"], texts: ["scaled to the layer", "the text's own"], words: "Where the descent starts. The text draws every bias from 0 to 1, and pays for it." },
  { name: "augment", label: "Distortions", more: true, options: ["none", "affine", "full"], words: "Turn, shift and stretch the training digits, so that more handwriting is known." },
  { name: "deskew", label: "Straighten", more: true, options: ["false", "true"], texts: ["no", "yes"], words: "Set slanted digits upright before the network sees them." },
  { name: "features", label: "Features", more: true, options: ["pixels", "edges"], words: "What the network sees of a digit: the ink of its pixels, or the edges on each side of its strokes." },
  { name: "train_examples", label: "Training digits", more: true, ...whole(1, 55000), words: "Learn from the first so many only. Try 500 and watch it learn them by heart." },
  { name: "seed", label: "Seed", more: true, ...whole(0, 4294967295), words: "The start of all chance: the same seed gives the same run, bit for bit." },
  { name: "base_model", label: "Start from", more: true, options: [], words: "Go on from a model's weights instead of from random ones." },
];

/** What the form says -> the request; fields left empty come from the preset. */
export function toRequest(values) {
  const request = { preset: values.preset };
  if (values.name?.trim()) request.name = values.name.trim();
  if (values.activate) request.activate = true;
  for (const { name, type } of FIELDS) {
    const text = String(values[name] ?? "").trim();
    if (text === "") continue;
    if (name === "hidden_layers") request[name] = text.split(",").map(Number);
    else if (name === "deskew") request[name] = text === "true";
    else request[name] = type === "number" ? Number(text) : text;
  }
  return request;
}
