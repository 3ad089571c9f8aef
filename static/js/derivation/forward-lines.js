/** The numbers under the equations of the forward pass, 1 to 6. Pure. */

import { at, fillParts, joined, num } from "./parts.js";
import { classTable, layerTable, sumTable } from "./sums.js";
import { said } from "./words.js";

const all = (s, cell) => joined(Array.from(s.pass.yhat, (_, k) => cell(k)));

export const FORWARD = {
  1(s) {
    return {
      line: [fillParts(said.oneHot, { label: String(s.label) }), " ", "y = (", all(s, s.y), ")"],
      more: () => [classTable(s.pass.classes, [["y_{k}", s.y]])],
    };
  },

  2(s) {
    const { i } = s.hand;
    return {
      line: [`h_{${i}} = σ(${at("z", 1, i)}) = σ(`, s.z1(i), ") = ", s.h(i)],
      more: () => [hiddenSum(s, i), { words: [said.allHidden] }, layerTable(s.pass.hidden, s.h)],
    };
  },

  3(s) {
    const k = s.label;
    return {
      line: [`ŷ_{${k}} = e^{z_{${k}}} / Σ_{t} e^{z_{t}} = `, exp(s, k), " / ", sumExp(s), " = ", s.yhat(k)],
      more: () => [classTable(s.pass.classes, [["z^{[2]}_{k}", s.z2], ["e^{z}", (c) => exp(s, c)], ["ŷ_{k}", s.yhat]], [said.sums.sum, "", sumExp(s), num("sum(yhat)", sum(s.pass.yhat))])],
    };
  },

  4(s) {
    return {
      line: ["ŷ = (", all(s, s.yhat), "),  arg max_{k} ŷ_{k} = ", s.answer],
      more: () => [{ words: fillParts(said.outputSum, { j: String(s.hand.j) }) }, outputSum(s, s.hand.j)],
    };
  },

  5(s) {
    const k = s.label;
    const term = (c) => num(`-y[${c}]*log(yhat[${c}])`, c === k ? s.pass.L : 0);
    return {
      line: [`L = −log ŷ_{${k}} = −log `, s.yhat(k), " = ", s.L],
      more: () => [classTable(s.pass.classes, [["y_{k}", s.y], ["log ŷ_{k}", (c) => num(`log(yhat[${c}])`, s.pass.z2[c] - s.pass.lse)], ["−y_{k} log ŷ_{k}", term]], ["L", "", "", s.L])],
    };
  },

  6(s) {
    const { i, j } = s.hand;
    return {
      line: [`${at("z", 1, i)} = `, s.z1(i), { next: true }, `h_{${i}} = `, s.h(i), { next: true }, `${at("z", 2, j)} = `, s.z2(j), { next: true }, `ŷ_{${j}} = `, s.yhat(j)],
      more: () => [hiddenSum(s, i), outputSum(s, j), classTable(s.pass.classes, [["z^{[2]}_{k}", s.z2], ["ŷ_{k}", s.yhat]])],
    };
  },
};

const sum = (values) => values.reduce((total, value) => total + value, 0);
const exp = (s, k) => num(`exp(z2[${k}])`, Math.exp(s.pass.z2[k]));
const sumExp = (s) => num("sum(exp(z2))", sum(s.pass.z2.map(Math.exp)));

function hiddenSum(s, i) {
  return sumTable({
    terms: s.pass.inputs,
    heads: [at("W", 1), "x"],
    name: (p) => `${at("W", 1, i, p)} x_{${p}}`,
    left: (p) => s.W1(p, i),
    right: s.x,
    whole: `W1[:,${i}]*x`,
    bias: [at("b", 1, i), s.b1(i)],
    total: [at("z", 1, i), s.z1(i)],
  });
}

function outputSum(s, j) {
  return sumTable({
    terms: s.pass.hidden,
    heads: [at("W", 2), "h"],
    name: (i) => `${at("W", 2, j, i)} h_{${i}}`,
    left: (i) => s.W2(i, j),
    right: s.h,
    whole: `W2[:,${j}]*h`,
    bias: [at("b", 2, j), s.b2(j)],
    total: [at("z", 2, j), s.z2(j)],
  });
}
