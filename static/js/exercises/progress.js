/** The learner's progress: which exercises are right, tried or open, and which planted bugs were found. Pure. */

const KIND = "byhand-exercises";
const VERSION = 1;

export const NOTHING = Object.freeze({ levels: {}, bugs: {} });

export const stateOf = (progress, level) => progress.levels[level]?.state ?? "open";
export const countRight = (progress) => Object.values(progress.levels).filter(({ state }) => state === "right").length;

/** The progress after one more answer was checked. What was right once stays right. */
export function withAnswer(progress, { level, exercise, right }) {
  const before = progress.levels[level] ?? { state: "open", tries: 0 };
  if (before.state === "right") return progress;
  const after = { state: right ? "right" : "tried", tries: before.tries + 1, exercise };
  return { ...progress, levels: { ...progress.levels, [level]: after } };
}

/** The progress after a planted bug was named; the score that cost least, in differences and wrong names, stays. */
export function withBug(progress, exercise, cost) {
  const fewest = Math.min(cost, progress.bugs[exercise] ?? Infinity);
  return { ...progress, bugs: { ...progress.bugs, [exercise]: fewest } };
}

/** {found, fewest}: how many bugs were found, and at what cost at best; null without any. */
export function bugScore({ bugs }) {
  const scores = Object.values(bugs);
  return { found: scores.length, fewest: scores.length ? Math.min(...scores) : null };
}

/** The better of two: of one's own and of a file. */
export function merged(one, other) {
  const levels = { ...one.levels };
  for (const [level, entry] of Object.entries(other.levels)) {
    const before = levels[level];
    const better = !before || (entry.state === "right" && before.state !== "right") || (entry.state === before.state && entry.tries > before.tries);
    if (better) levels[level] = entry;
  }
  return Object.entries(other.bugs).reduce((both, [exercise, cost]) => withBug(both, exercise, cost), { ...one, levels });
}

export const toFile = (progress) => JSON.stringify({ kind: KIND, version: VERSION, ...progress }, null, 2);

/** The progress in a file's text; null if it is no such file. Entries that make no sense are left out. */
export function fromFile(text) {
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  if (given?.kind !== KIND || given.version !== VERSION) return null;
  const levels = Object.entries(given.levels ?? {}).filter(([level, entry]) => /^([1-9]|10)$/.test(level) && sensible(entry));
  const bugs = Object.entries(given.bugs ?? {}).filter(([exercise, score]) => isId(exercise) && Number.isInteger(score) && score >= 0);
  return {
    levels: Object.fromEntries(levels.map(([level, { state, tries, exercise }]) => [level, { state, tries, exercise }])),
    bugs: Object.fromEntries(bugs),
  };
}

const isId = (text) => typeof text === "string" && /^\d{1,2}-\d{1,10}$/.test(text);
const sensible = (entry) => ["tried", "right"].includes(entry?.state) && Number.isInteger(entry.tries) && entry.tries > 0 && isId(entry.exercise);
