/** The loss of a small network in double precision, and its slope along one parameter by a central difference. Pure. */

const STEP = 1e-5;

/** Mean cross-entropy of `arrays` W1 b1 W2 b2 over the rows of X with the labels y. */
export function lossOf({ W1, b1, W2, b2, X, y }) {
  const layer = (row, W, b) => b.map((bias, unit) => row.reduce((sum, value, at) => sum + value * W[at][unit], bias));
  const losses = X.map((x, example) => {
    const h = layer(x, W1, b1).map((z) => 1 / (1 + Math.exp(-z)));
    const z = layer(h, W2, b2);
    const most = Math.max(...z);
    return most + Math.log(z.reduce((sum, one) => sum + Math.exp(one - most), 0)) - z[y[example]];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** ∂L/∂(one entry) by (L(θ + ε) − L(θ − ε)) / 2ε; `place` is [row, column], or [entry] of a bias. */
export function difference(arrays, name, place) {
  const moved = (step) => {
    const copy = structuredClone(arrays[name]);
    if (place.length === 2) copy[place[0]][place[1]] += step;
    else copy[place[0]] += step;
    return lossOf({ ...arrays, [name]: copy });
  };
  return (moved(STEP) - moved(-STEP)) / (2 * STEP);
}

/** How a wrong entry compares with the right one: "same", "zero", or the ratio. */
export function compared(theirs, right, size) {
  const tiny = 1e-6 * size;
  if (Math.abs(theirs - right) <= 1e-4 * Math.max(Math.abs(theirs), Math.abs(right)) || Math.abs(theirs - right) < tiny) return "same";
  if (Math.abs(right) < tiny || Math.abs(theirs) < tiny) return "zero";
  return theirs / right;
}
