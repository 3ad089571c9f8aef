/** Where the nodes of the drawn network stand, in units of the text. Pure. */

export const HEIGHT = 400;
const TOP = 34; // below the columns' names
const BOTTOM = 346; // above the arrows
export const ARROWS = { forward: 366, back: 384 };
export const RADIUS = { input: 6, node: 11, loss: 14 };

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const spread = (count) => Array.from({ length: count }, (_, at) => TOP + ((at + 0.5) * (BOTTOM - TOP)) / count);

/** {picture: {x, y, side}, columns: [{x, ys}, …, the loss's]} for columns of so many nodes in a figure so wide. */
export function place(counts, width) {
  const side = clamp(0.22 * width, 54, 170);
  const [first, last] = [side + clamp(0.06 * width, 14, 60), width - RADIUS.loss - 2 - clamp(0.13 * width, 40, 110)];
  const columns = counts.map((count, layer) => ({ x: first + ((last - first) * layer) / (counts.length - 1), ys: spread(count) }));
  const middle = (TOP + BOTTOM) / 2;
  return {
    picture: { x: 0, y: middle - side / 2, side },
    columns: [...columns, { x: width - RADIUS.loss - 2, ys: [middle] }],
  };
}
