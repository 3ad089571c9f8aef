/** Numbers as people type them, and gradients as they stand in a grid of fields. Pure. */

/** "0,25", "−.5", "1e-3": a number; NaN for anything else, null for nothing. */
export function readNumber(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(",", ".");
  if (plain === "") return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
}

/** The shape of a gradient in a network of these layers: [rows, columns], or [columns] for biases. */
export function shapeOf(array, [inputs, hidden, classes]) {
  return { dW1: [inputs, hidden], db1: [hidden], dW2: [hidden, classes], db2: [classes] }[array];
}

/**
 * What the fields of one gradient hold, row by row: {values} if all are numbers, {} if all are empty,
 * {bad: index} for the first that is no number, {partly: true} if some are empty.
 */
export function readGrid(texts, shape) {
  const numbers = texts.map(readNumber);
  const bad = numbers.findIndex((value) => Number.isNaN(value));
  if (bad >= 0) return { bad };
  if (numbers.every((value) => value === null)) return {};
  if (numbers.includes(null)) return { partly: true };
  if (shape.length === 1) return { values: numbers };
  const columns = shape[1];
  return { values: Array.from({ length: shape[0] }, (_, row) => numbers.slice(row * columns, (row + 1) * columns)) };
}
