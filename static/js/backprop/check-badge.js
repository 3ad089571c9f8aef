/** Fills the badge that compares the derived gradients with finite differences. */

import { say } from "../ui/dom.js";
import { count, power } from "../ui/format.js";
import { fill, words } from "../ui/words.js";

const AGREE = 1e-6; // largest relative difference that counts as agreement

export function showCheck(badge, check) {
  badge.dataset.check = check ? (check.max_relative_error <= AGREE ? "agrees" : "differs") : "running";
  if (!check) return say(badge, words.backprop.checking);
  const found = { entries: count(check.entries), epsilon: power(check.epsilon, 0), error: power(check.max_relative_error) };
  say(badge, fill(words.backprop[badge.dataset.check], found));
}
