/** The badge beside the backward pass: derived gradients against finite differences. */

import { say } from "../ui/dom.js";
import { count, power } from "../ui/format.js";

const AGREE = 1e-6; // largest relative difference that counts as agreement

export function showCheck(badge, check) {
  badge.dataset.check = check ? (check.max_relative_error <= AGREE ? "agrees" : "differs") : "running";
  if (!check) return say(badge, "Checking against finite differences …");
  const verdict = check.max_relative_error <= AGREE ? "✓ Checked" : "✗ Differs";
  say(
    badge,
    `${verdict}: ${count(check.entries)} derivatives measured by nudging weights by ${power(check.epsilon, 0)}; ` +
      `largest relative difference ${power(check.max_relative_error)}.`,
  );
}
