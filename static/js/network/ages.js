/** Ages of a network in words, and the age at which it has something to learn from a digit. Pure. */

import { accuracy, count } from "../ui/format.js";
import { fill, fillCount, words } from "../ui/words.js";

const said = words.network;

/** The loss from which there is something to learn, in nats: the right digit gets less than six tenths. */
export const WORTH_LEARNING = 0.5;

const EARLY = 300; // the last age that is counted in steps: later ones are ends of epochs

/** "after 300 steps", "after epoch 12", "finished". */
export function ageName({ step, epoch }) {
  if (step === null) return said.finished;
  if (step === 0) return said.random;
  if (step > EARLY && epoch) return fill(said.afterEpoch, { epoch });
  return fillCount(said.afterSteps, step, { n: count(step) });
}

/** The same with what it reads of the validation digits, if that is known. */
export function ageText(age) {
  const { validation_accuracy: share } = age;
  return share === undefined || share === null ? ageName(age) : fill(said.reading, { age: ageName(age), accuracy: accuracy(share) });
}

/**
 * The step of an age at which there is something to learn from a digit: the youngest since which it is read right, if its loss is
 * still above WORTH_LEARNING; else the oldest whose loss is. Null if there is none. `readings`: [[step, ten probabilities], …] by step.
 */
export function ageToLearn(readings, label) {
  let [youngest, oldest] = [null, null];
  for (const [step, probabilities] of readings.toReversed()) {
    const right = probabilities.indexOf(Math.max(...probabilities)) === label;
    const worth = -Math.log(probabilities[label]) > WORTH_LEARNING;
    if (worth) oldest ??= step;
    if (!right) break;
    if (worth) youngest = step;
  }
  return youngest ?? oldest;
}
