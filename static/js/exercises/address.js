/** What is open, in the fragment of the address: "#level=3&seed=7&bug=2". Pure. */

import { LEVELS } from "./levels.js";

const MOST_SEEDS = 2 ** 32;
const FIRST_SEED = 1; // the same for everybody who does not ask for another one

const whole = (text, least, most) => (/^\d{1,10}$/.test(text ?? "") && Number(text) >= least && Number(text) <= most ? Number(text) : null);

/** {level, seed, bug}; what is missing or no such number becomes `usual`'s level, or the first seed. */
export function parseAddress(hash, usual = 1) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const seed = (name) => whole(given.get(name), 0, MOST_SEEDS - 1) ?? FIRST_SEED;
  return { level: whole(given.get("level"), 1, LEVELS.length) ?? usual, seed: seed("seed"), bug: seed("bug") };
}

export function formatAddress({ level, seed, bug }) {
  return `#${new URLSearchParams({ level, seed, ...(bug === FIRST_SEED ? {} : { bug }) })}`;
}

export const idOf = ({ level, seed }) => `${level}-${seed}`;
export const another = (seed) => (seed + 1) % MOST_SEEDS;
