/** What a learner has done, by level: {tries, right, seed}. Pure but for the browser's storage, at the end. */

export const LEVELS = 10;
const NAME = "byhand-exercises"; // in the browser's storage, and in an exported file

export const stateOf = (progress, level) => (progress[level]?.right ? "right" : progress[level]?.tries ? "tried" : "open");

/** The progress after one more try; tries after it was right count no more. */
export function tried(progress, level, seed, right) {
  const before = progress[level] ?? { tries: 0, right: false };
  if (before.right) return progress;
  return { ...progress, [level]: { tries: before.tries + 1, right, seed } };
}

export const exported = (progress) => JSON.stringify({ [NAME]: 1, progress }, null, 1);

/** The progress of an exported file; null if it is none. Nothing but what is known is taken over. */
export function imported(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    return null;
  }
  if (file?.[NAME] !== 1 || typeof file.progress !== "object" || !file.progress) return null;
  const whole = (value) => (Number.isInteger(value) && value >= 0 ? value : 0);
  const known = Object.entries(file.progress).filter(([level]) => /^([1-9]|10)$/.test(level));
  return Object.fromEntries(known.map(([level, one]) => [level, { tries: whole(one?.tries), right: one?.right === true, seed: whole(one?.seed) }]));
}

export function load() {
  try {
    return imported(localStorage.getItem(NAME) ?? "") ?? {};
  } catch {
    return {}; // no storage
  }
}

export function save(progress) {
  try {
    localStorage.setItem(NAME, exported(progress));
  } catch {
    // no storage: it lasts as long as the page
  }
}
