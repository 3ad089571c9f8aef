/** The ten exercises: their sizes, what is asked and which steps are given away, as model/exercises has them. Pure. */

const EVERYTHING = ["dW2", "db2", "dW1", "db1"];
const FORWARD = ["Y", "Z1", "H", "Z2", "P"];

const level = (layers, examples, steps, asked = EVERYTHING) => ({ layers, examples, asked, shown: FORWARD.slice(0, steps) });

export const LEVELS = [
  level([2, 2, 2], 1, 5, ["db2"]),
  level([2, 2, 2], 1, 5, ["dW2", "db2"]),
  level([2, 2, 2], 1, 5),
  level([8, 5, 4], 3, 5),
  level([13, 9, 5], 7, 4),
  level([13, 9, 5], 7, 3),
  level([14, 11, 6], 8, 2),
  level([14, 11, 6], 8, 1),
  level([26, 17, 12], 14, 0),
  level([784, 128, 10], 64, 0),
];

/** Up to this level numbers are shown and typed; above it they come and go as files. */
export const LAST_SMALL = 4;

/** The last level is without a start in NumPy. */
export const hasStart = (number) => number < LEVELS.length;

export const levelOf = (number) => LEVELS[number - 1];
export const isSmall = (number) => number <= LAST_SMALL;

/** The shape of every array of an exercise or of its passes; biases and labels have one number each. */
export function shapesOf({ layers: [inputs, hidden, classes], examples }) {
  const parameters = { W1: [inputs, hidden], b1: [hidden], W2: [hidden, classes], b2: [classes] };
  const gradients = Object.fromEntries(Object.entries(parameters).map(([name, shape]) => [`d${name}`, shape]));
  const passes = { X: [examples, inputs], y: [examples], Y: [examples, classes], Z1: [examples, hidden], H: [examples, hidden], D1: [examples, hidden] };
  return { ...parameters, ...gradients, ...passes, Z2: [examples, classes], P: [examples, classes], D2: [examples, classes] };
}
