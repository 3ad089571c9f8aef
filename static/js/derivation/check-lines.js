/** The numbers under the last equations: log-sum-exp, accuracy, central difference, 20 to 22. Pure. */

import { nameOf } from "./hand.js";
import { fillParts, num, toTell } from "./parts.js";
import { EPSILON, lossWith } from "./pass.js";
import { classTable } from "./sums.js";
import { said } from "./words.js";

export const CHECK = {
  20(s) {
    const { z2, lse } = s.pass;
    const most = Math.max(...z2);
    const shifted = (k) => num(`exp(z2[${k}]-max(z2))`, Math.exp(z2[k] - most));
    const total = num("sum(exp(z2-max(z2)))", Math.exp(lse - most));
    const log = num("log(sum(exp(z2)))", lse);
    return {
      line: ["L = log Σ_{t} e^{z_{t}} − ", `z_{${s.label}} = `, toTell(log, s.pass.L), " − ", toTell(s.z2(s.label), s.pass.L), " = ", s.L],
      more: () => [
        { words: fillParts(said.shifted, { most: toTell(num("max(z2)", most), lse - most), log: toTell(log, lse - most), inner: num("log(sum(exp(z2-max(z2))))", lse - most) }) },
        classTable(s.pass.classes, [["z_{t}", s.z2], ["z_{t} − max", (k) => num(`z2[${k}]-max(z2)`, z2[k] - most)], ["e^{z − max}", shifted]], [said.sums.sum, "", "", total]),
      ],
    };
  },

  21(s) {
    const right = num("float(argmax(yhat)==argmax(y))", s.pass.answer === s.label ? 1 : 0);
    return {
      line: [fillParts(said.oneDigit, { answer: s.answer, label: num("argmax(y)", s.label), right })],
      more: () => [{ words: [said.manyDigits] }],
    };
  },

  22(s) {
    const { entry } = s;
    const [array, index] = [entry.array, entry.index.join(",")];
    const [above, below] = [EPSILON, -EPSILON].map((shift) => num(`loss(${array},${index},${shift > 0 ? "+" : "-"}eps)`, lossWith(s.pass, entry, shift)));
    const measured = num(`difference(${array},${index})`, (above.value - below.value) / (2 * EPSILON));
    const derived = num(`d${array}[${index}]`, s.pass.derivative(entry));
    return {
      line: [`${nameOf(entry)}: (L(w + ε) − L(w − ε)) / 2ε = `, measured, " ;  ", said.derived, " ", derived],
      more: () => [
        { words: ["L(w + ε) = ", { ...above, digits: 14 }, { next: true }, "L(w − ε) = ", { ...below, digits: 14 }, { next: true }, "ε = ", num("eps", EPSILON)] },
        { words: [said.twoPasses] },
      ],
    };
  },
};
