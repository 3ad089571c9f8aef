/** The numbers under the equations of the output layer's backward pass, 7 to 14. Pure. */

import { at, fillParts, joined, largest, num } from "./parts.js";
import { classTable, sumTable } from "./sums.js";
import { said } from "./words.js";

const dLdW2 = (i, j) => `∂L/∂${at("W", 2, j, i)}`;
const all = (s, cell) => joined(Array.from(s.pass.yhat, (_, k) => cell(k)));

/** The most likely class besides this one. */
export const runnerUp = ({ pass }, k) => largest(pass.yhat, 2).find((each) => each !== k);

export const OUTPUT = {
  7(s) {
    const { i, j } = s.hand;
    const columns = [["∂L/∂ŷ_{k}", s.dL_dyhat], [`∂ŷ_{k}/∂z_{${j}}`, (k) => s.J(k, j)], [`∂z_{${j}}/∂W`, () => s.h(i)], [said.sums.product, (k) => s.path(k, i, j)]];
    return {
      line: [`${dLdW2(i, j)} = Σ_{k} … = `, joined(Array.from(s.pass.yhat, (_, k) => s.path(k, i, j)), " + "), " = ", s.dW2(i, j)],
      more: () => [{ words: [said.paths] }, classTable(s.pass.classes, columns, [said.sums.sum, "", "", "", s.dW2(i, j)])],
    };
  },

  8(s) {
    const { i, j } = s.hand;
    const other = j === s.label ? runnerUp(s, j) : s.label;
    const names = { j: String(j), other: String(other), label: String(s.label) };
    const naive = (output) => s.times(s.naive(output), s.h(i));
    return {
      line: [`k = ${j}: `, s.path(j, i, j), ` ;  k ≠ ${j}: `, s.cross(i, j), " ;  ", `${dLdW2(i, j)} = `, s.dW2(i, j)],
      more: () => [
        { words: fillParts(j === s.label ? said.naiveLuck : said.naiveWrong, { ...names, naive: naive(j), right: s.dW2(i, j) }) },
        { words: fillParts(j === s.label ? said.naiveWrong : said.naiveLuck, { ...names, j: String(other), other: String(j), naive: naive(other), right: s.dW2(i, other) }) },
      ],
    };
  },

  9(s) {
    const k = s.label;
    return {
      line: [`∂L/∂ŷ_{${k}} = −1 / `, s.yhat(k), " = ", s.dL_dyhat(k), "  ", said.othersZero],
      more: () => [classTable(s.pass.classes, [["y_{k}", s.y], ["ŷ_{k}", s.yhat], ["−y_{k}/ŷ_{k}", s.dL_dyhat]])],
    };
  },

  10(s) {
    const { j } = s.hand;
    const k = runnerUp(s, j);
    return {
      line: [`∂ŷ_{${j}}/∂z_{${j}} = `, s.yhat(j), " (1 − ", s.yhat(j), ") = ", s.J(j, j), { next: true }, `∂ŷ_{${k}}/∂z_{${j}} = −`, s.yhat(j), " × ", s.yhat(k), " = ", s.J(k, j)],
      more: null, // its picture says it all
    };
  },

  11(s) {
    const { i, j } = s.hand;
    const others = num(`z2[${j}]-W2[${i},${j}]*h[${i}]`, s.pass.z2[j] - s.W2(i, j).value * s.pass.h[i]);
    return {
      line: [`∂z_{${j}}/∂${at("W", 2, j, i)} = h_{${i}} = `, s.h(i)],
      more: () => [{ words: fillParts(said.onlyTerm, { weight: at("W", 2, j, i), unit: `h_{${i}}`, w: s.W2(i, j), h: s.h(i), others, z: s.z2(j) }) }],
    };
  },

  12(s) {
    const { i, j } = s.hand;
    const [y, p] = [s.pass.y[j], s.pass.yhat[j]];
    const rest = num(`yhat[${j}]*sum(delete(y,${j}))`, p * (1 - y));
    return {
      line: [`${dLdW2(i, j)} = h_{${i}} (ŷ_{${j}} − y_{${j}}) = `, s.h(i), " × (", s.yhat(j), " − ", s.y(j), ") = ", s.dW2(i, j)],
      more: () => [
        { words: [`h_{${i}} [ −y_{${j}} + y_{${j}} ŷ_{${j}} + ŷ_{${j}} Σ_{k≠${j}} y_{k} ] = `, s.h(i), " × [ −", s.y(j), " + ", num(`y[${j}]*yhat[${j}]`, y * p), " + ", rest, " ] = ", s.dW2(i, j)] },
        { words: fillParts(said.sameUnit, { i: String(i) }) },
        classTable(s.pass.classes, [["ŷ_{j} − y_{j}", s.delta2], [`h_{${i}}`, () => s.h(i)], [`∂L/∂${at("W", 2, "j", i)}`, (k) => s.dW2(i, k)]]),
      ],
    };
  },

  13(s) {
    return {
      line: [`${at("δ", 2)} = ŷ − y = (`, all(s, s.delta2), ")"],
      more: () => [classTable(s.pass.classes, [["ŷ_{j}", s.yhat], ["y_{j}", s.y], [`${at("δ", 2, "j")}`, s.delta2]], [said.sums.sum, "", "", num("sum(delta2)", s.pass.delta2.reduce((a, b) => a + b, 0))])],
    };
  },

  14(s) {
    const { j } = s.hand;
    return {
      line: [`∂L/∂${at("b", 2, j)} = ${at("δ", 2, j)} = `, s.db2(j)],
      more: () => [{ words: [said.biasBars] }, { bars: { cell: (k) => s.db2(k), marked: [s.label] } }],
    };
  },
};

/** Σ_j W2[i,j] δ2[j]: the ten summands of a hidden unit's delta. */
export function hiddenDeltaSum(s, i) {
  return sumTable({
    terms: s.pass.classes,
    heads: [at("W", 2), at("δ", 2)],
    name: (j) => `${at("W", 2, j, i)} ${at("δ", 2, j)}`,
    left: (j) => s.W2(i, j),
    right: s.delta2,
    whole: `W2[${i}]*delta2`,
    total: [said.sums.sum, s.arriving(i)],
  });
}
