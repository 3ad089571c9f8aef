/** Scales and ticks for charts. Pure. */

const STEPS = [1, 2, 5, 10];
const MANY = 40;

/** About `wanted` round numbers that cover low..high. */
export function ticks(low, high, wanted = 5) {
  if (!(high > low)) return [low];
  const raw = (high - low) / wanted;
  const scale = 10 ** Math.floor(Math.log10(raw));
  const step = scale * STEPS.find((each) => each * scale >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  if (last <= first && wanted < MANY) return ticks(low, high, 2 * wanted); // one number makes no axis
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

export function logTicks(low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const thin = last - first > 6 ? 2 : 1;
  const powers = [];
  for (let exponent = first; exponent <= last; exponent += thin) powers.push(10 ** exponent);
  const within = (values) => values.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  const plain = within(powers);
  return plain.length > 2 ? plain : within([10 ** (first - 1), ...powers].flatMap((power) => [power, 2 * power, 5 * power]));
}

/** The smallest and largest of all finite values, or null. */
export function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** Maps low..high to from..to; `log` on a logarithmic scale. */
export function scale([low, high], [from, to], log = false) {
  const place = log ? Math.log10 : (value) => value;
  const span = place(high) - place(low) || 1;
  return (value) => from + ((place(value) - place(low)) / span) * (to - from);
}

/** The index of the point whose x is nearest. Points are sorted by x. */
export function nearest(points, x) {
  let best = 0;
  points.forEach(([each], index) => {
    if (Math.abs(each - x) < Math.abs(points[best][0] - x)) best = index;
  });
  return best;
}

/** At most `most` points, evenly chosen, the last always among them. */
export function thin(points, most = 400) {
  if (points.length <= most) return points;
  const step = points.length / most;
  return Array.from({ length: most }, (_, index) => points[Math.min(Math.floor((index + 1) * step) - 1, points.length - 1)]);
}
