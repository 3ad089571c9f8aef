/** What is open, in the fragment of the address: "#level=3&seed=7&bug=2". Pure. */

import { LEVELS } from "./levels.js";

const MOST_SEEDS = 2 ** 32;
const FIRST_SEED = 1; // the same for everybody who does not ask for another one

const paramsOf = (hash) => new URLSearchParams(hash.replace(/^#/, ""));
const whole = (text, least, most) => (/^\d{1,10}$/.test(text ?? "") && Number(text) >= least && Number(text) <= most ? Number(text) : null);

/** {level, seed, bug}; what is missing or no such number becomes `usual`'s level, or the first seed. */
export function parseAddress(hash, usual = 1) {
  const given = paramsOf(hash);
  const seed = (name) => whole(given.get(name), 0, MOST_SEEDS - 1) ?? FIRST_SEED;
  return { level: whole(given.get("level"), 1, LEVELS.length) ?? usual, seed: seed("seed"), bug: seed("bug") };
}

/** What the address asks for that there is not, as in "level=99"; empty if nothing. */
export function unknownIn(hash) {
  const most = { level: [1, LEVELS.length], seed: [0, MOST_SEEDS - 1], bug: [0, MOST_SEEDS - 1] };
  const wrong = [...paramsOf(hash)].filter(([name, text]) => name in most && whole(text, ...most[name]) === null);
  return wrong.map(([name, text]) => `${name}=${text}`).join(", ");
}

export function formatAddress({ level, seed, bug }) {
  return `#${new URLSearchParams({ level, seed, ...(bug === FIRST_SEED ? {} : { bug }) })}`;
}

export const idOf = ({ level, seed }) => `${level}-${seed}`;
export const another = (seed) => (seed + 1) % MOST_SEEDS;
