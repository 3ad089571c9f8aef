/** Parses and writes the page's state in the fragment of its address, which is never sent to a server. Pure. */

const NAMES = ["view", "ink", "label", "rate", "stage", "model", "runs", "mistake"];

/** Parse "#learn" or "#view=learn&ink=s…"; unknown names are dropped. */
export function parseState(hash) {
  const text = hash.replace(/^#/, "");
  if (text && !text.includes("=")) return { view: text };
  const given = new URLSearchParams(text);
  return Object.fromEntries(NAMES.filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
}

export function formatState(state) {
  const given = NAMES.filter((name) => state[name] !== null && state[name] !== undefined && state[name] !== "");
  return given.length ? `#${new URLSearchParams(given.map((name) => [name, state[name]]))}` : "";
}
