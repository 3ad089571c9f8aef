/** A model on labelled digits: confusion matrix and worst mistakes. Pure. */

/** `probabilities`: (n·10,), `labels`: (n,). `confusion[label][read]` counts; `mistakes`: worst first, as indices into the digits. */
export function evaluate(probabilities, labels) {
  const confusion = Array.from({ length: 10 }, () => new Array(10).fill(0));
  const mistakes = [];
  labels.forEach((label, index) => {
    const row = probabilities.subarray(10 * index, 10 * index + 10);
    const read = row.indexOf(Math.max(...row));
    confusion[label][read] += 1;
    if (read !== label) mistakes.push({ index, label, read, belief: row[label], sure: row[read] });
  });
  mistakes.sort((a, b) => a.belief - b.belief);
  return { confusion, mistakes, total: labels.length, right: labels.length - mistakes.length };
}
