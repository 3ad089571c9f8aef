/** The text's training loop, as lines: what it prints after each epoch. Pure. */

import { accuracy } from "../ui/format.js";
import { fill, words as page } from "../ui/words.js";
import { said } from "./words.js";

const { epochs: words } = said;

/** "Epoch 3/10 - Test Accuracy: 0.9012" and, apart, the validation accuracy; without a test accuracy only the latter. */
export function epochLine({ epoch, test_accuracy: test, validation_accuracy: validation }, epochs) {
  const known = test !== null && test !== undefined;
  const line = known ? fill(words.line, { epoch, epochs, test: test.toFixed(4) }) : fill(words.lineWithout, { epoch, epochs });
  return { epoch, line, beside: fill(words.validation, { accuracy: validation.toFixed(4) }) };
}

/** What a job is at, in a sentence. */
export function stateOf({ state, progress, metrics, test_accuracy: test, error }) {
  if (state === "queued") return words.queued;
  if (state === "paused") return fill(page.runs.paused, { epoch: metrics.length, epochs: progress.epochs });
  if (state === "succeeded") return fill(words.succeeded, { accuracy: accuracy(test) });
  if (state === "failed") return fill(words.failed, { error: error ?? "" });
  if (state === "cancelled") return words.cancelled;
  return fill(words.running, { epoch: Math.max(progress.epoch ?? 1, 1), epochs: progress.epochs });
}
