/** One weight's derivative: as a formula, with the numbers plugged in, and as a line of NumPy. Pure. */

import { nameOf } from "./hand.js";
import { at, num } from "./parts.js";
import { difference } from "./pass.js";

const RULES = {
  W1: (s, [p, i]) => ({
    formula: [`∂L/∂${at("W", 1, i, p)} = ${at("δ", 1, i)} x_{${p}} = (Σ_{j} ${at("W", 2, "j", i)} ${at("δ", 2, "j")}) h_{${i}} (1 − h_{${i}}) x_{${p}}`],
    numbers: [s.arriving(i), " × ", s.h(i), " × (1 − ", s.h(i), ") × ", s.x(p)],
    code: `dW1[${p}, ${i}] = X[:, ${p}] @ D1[:, ${i}]`,
  }),
  b1: (s, [i]) => ({
    formula: [`∂L/∂${at("b", 1, i)} = ${at("δ", 1, i)} = (Σ_{j} ${at("W", 2, "j", i)} ${at("δ", 2, "j")}) h_{${i}} (1 − h_{${i}})`],
    numbers: [s.arriving(i), " × ", s.h(i), " × (1 − ", s.h(i), ")"],
    code: `db1[${i}] = D1[:, ${i}].sum()`,
  }),
  W2: (s, [i, j]) => ({
    formula: [`∂L/∂${at("W", 2, j, i)} = h_{${i}} ${at("δ", 2, j)} = h_{${i}} (ŷ_{${j}} − y_{${j}})`],
    numbers: [s.h(i), " × (", s.yhat(j), " − ", s.y(j), ")"],
    code: `dW2[${i}, ${j}] = H[:, ${i}] @ D2[:, ${j}]`,
  }),
  b2: (s, [j]) => ({
    formula: [`∂L/∂${at("b", 2, j)} = ${at("δ", 2, j)} = ŷ_{${j}} − y_{${j}}`],
    numbers: [s.yhat(j), " − ", s.y(j)],
    code: `db2[${j}] = D2[:, ${j}].sum()`,
  }),
};

/** {name, formula, numbers, code, result, measured, error} of an entry of the weights. */
export function aboutWeight(s, entry) {
  const { array, index } = entry;
  const result = num(`d${array}[${index.join(",")}]`, s.pass.derivative(entry));
  const measured = num(`difference(${array},${index.join(",")})`, difference(s.pass, entry));
  const size = Math.max(Math.abs(result.value), Math.abs(measured.value));
  return { ...RULES[array](s, index), name: nameOf(entry), result, measured, error: size ? Math.abs(result.value - measured.value) / size : 0 };
}
