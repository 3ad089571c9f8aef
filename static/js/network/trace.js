/** The forward pass of one digit, from the response of /predict?details=true or /gradients. Pure. */

/** The values of one image, which a response may give flat or as a list of one row. */
export const flat = (values) => (Array.isArray(values?.[0]) ? values[0] : values);

export class Trace {
  /** `a[0]` is the input; `z[l]`, `a[l]` for l = 1 … depth; `upright`, of /predict alone: the deskewed pixels. */
  constructor({ input, upright, layers }) {
    this.upright = upright;
    this.a = [flat(input), ...layers.map((layer) => flat(layer.a))];
    this.z = [null, ...layers.map((layer) => flat(layer.z))];
  }

  /** The softmax as it is derived, at temperature 1; those of /predict's answer are calibrated. */
  get probabilities() { return this.a.at(-1); }

  get depth() { return this.a.length - 1; }
}

/** a · w, entry by entry: what each unit of the layer before adds to one unit's z. */
export const products = (values, weights) => Float32Array.from(values, (value, index) => value * weights[index]);

export const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** What unit `from` of the last hidden layer adds to each output's z. */
export function share(trace, network, from) {
  const activation = trace.a[trace.depth - 1][from];
  return Array.from(network.outOf(trace.depth, from), (weight) => activation * weight);
}

/** The unit of the last hidden layer that adds most to the z of `digit`, compared with the other digits' mean. */
export function strongestFor(trace, network, digit) {
  const votes = trace.a[trace.depth - 1].map((_, unit) => {
    const shares = share(trace, network, unit);
    return shares[digit] - total(shares) / shares.length;
  });
  return votes.indexOf(Math.max(...votes));
}
