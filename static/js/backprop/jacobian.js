/**
 * Softmax's Jacobian and what the chain rule makes of it. Index k is the probability that changes, j the z that is moved.
 * Every value has the shape of the classes: (10,), or (10, 10) flat with row k and column j. Pure.
 */

/** ∂ŷ_k/∂z_j: ŷ_k(1 − ŷ_k) where k = j, else −ŷ_k ŷ_j. Each row sums to 0. */
export const slope = (guess, k, j) => (k === j ? guess[k] * (1 - guess[k]) : -guess[k] * guess[j]);

/** All of them: entry k·n + j is ∂ŷ_k/∂z_j. */
export function jacobian(guess) {
  const n = guess.length;
  return Float64Array.from({ length: n * n }, (_, index) => slope(guess, Math.floor(index / n), index % n));
}

/** ∂L/∂ŷ_k = −y_k/ŷ_k: 0 for each class but the label's. */
export const lossSlope = (guess, label, k) => (k === label ? -1 / guess[label] : 0);

/** What comes to z_j by way of ŷ_k: ∂L/∂ŷ_k · ∂ŷ_k/∂z_j. ŷ_k cancels, so that it is finite where ŷ_k is too small for a float. */
export function through(guess, label, k, j) {
  if (k !== label) return 0;
  return k === j ? guess[j] - 1 : guess[j];
}

/** ∂L/∂z_j by the multivariable chain rule, the sum of all ten ways: ŷ − y. */
export const throughAll = (guess, label) =>
  Array.from(guess, (_, j) => Array.from(guess, (_, k) => through(guess, label, k, j)).reduce((sum, each) => sum + each, 0));

/** What one would get by way of ŷ_j alone, forgetting that each z moves every probability: −y_j(1 − ŷ_j). */
export const throughOne = (guess, label) => Array.from(guess, (_, j) => through(guess, label, j, j));
