/** The learning-rate slider: a logarithmic scale from 0.001 to 10. Pure. */

const [LOW, HIGH] = [-3, 1]; // powers of ten
export const PLACES = 80; // steps of the slider

const round = (value) => Number(value.toPrecision(2));

export const rateAt = (place) => round(10 ** (LOW + ((HIGH - LOW) * place) / PLACES));

export const placeOf = (rate) =>
  Math.round((PLACES * (Math.log10(Math.min(Math.max(rate, 10 ** LOW), 10 ** HIGH)) - LOW)) / (HIGH - LOW));

/** The learning rates at which the curve of the loss is measured. */
export const RATES = Array.from({ length: 17 }, (_, index) => rateAt((index * PLACES) / 16));
