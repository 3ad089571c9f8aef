/** The numbers under the equations of the hidden layer, any depth, the batch and the update, 15 to 19. Pure. */

import { nameOf } from "./hand.js";
import { hiddenDeltaSum } from "./output-lines.js";
import { at, fillParts, joined, largest, num, toTell } from "./parts.js";
import { forward, lossOf, stepped } from "./pass.js";
import { sumTable } from "./sums.js";
import { said } from "./words.js";

export const HIDDEN = {
  15(s) {
    const { i } = s.hand;
    const slope = num(`h[${i}]*(1-h[${i}])`, s.pass.h[i] * (1 - s.pass.h[i]));
    return {
      line: [`${at("δ", 1, i)} = `, s.arriving(i), " × ", s.h(i), " × (1 − ", s.h(i), ") = ", s.delta1(i)],
      more: () => [{ words: fillParts(said.tenSummands, { i: String(i) }) }, hiddenDeltaSum(s, i), { words: fillParts(said.timesSlope, { slope, sum: s.arriving(i), delta: s.delta1(i) }) }],
    };
  },

  16(s) {
    const { p, i } = s.hand;
    const pixels = largest(s.pass.x.map((value) => value * s.pass.delta1[i]), 10);
    const rows = pixels.map((each) => [`x_{${each}}`, s.x(each), s.delta1(i), s.dW1(each, i)]);
    return {
      line: [`∂L/∂${at("W", 1, i, p)} = ${at("δ", 1, i)} x_{${p}} = `, s.delta1(i), " × ", s.x(p), " = ", s.dW1(p, i), " ;  ", `∂L/∂${at("b", 1, i)} = `, s.db1(i)],
      more: () => [{ words: fillParts(said.tenPixels, { i: String(i) }) }, { table: { head: [said.pixel, "x", at("δ", 1, i), "∂L/∂W"], rows, foot: null } }],
    };
  },

  17(s) {
    const { p, i, j } = s.hand;
    const dx = num(`sum(W1[${p}]*delta1)`, s.pass.dx(p));
    const sum = sumTable({
      terms: s.pass.hidden,
      heads: [at("W", 1), at("δ", 1)],
      name: (each) => `${at("W", 1, each, p)} ${at("δ", 1, each)}`,
      left: (each) => s.W1(p, each),
      right: s.delta1,
      whole: `W1[${p}]*delta1`,
      total: [`∂L/∂x_{${p}}`, dx],
    });
    return {
      line: [`l = 2: ${at("δ", 2, j)} = `, s.delta2(j), ` ;  l = 1: ${at("δ", 1, i)} = `, s.delta1(i), ` ;  ∂L/∂x_{${p}} = `, dx],
      more: () => [{ words: fillParts(said.furtherBack, { p: String(p) }) }, sum],
    };
  },

  18(s) {
    const { i, j } = s.hand;
    if (!s.batch) return { line: [fillParts(said.batchOfOne, { gradient: s.dW2(i, j), entry: nameOf({ array: "dW2", index: [i, j] }) })], more: null };
    const m = s.batch.length;
    const rows = s.batch.map((pass, r) => [
      r ? fillParts(said.aSample, { label: String(pass.label) }) : said.yours,
      num(`H[${r},${i}]`, pass.h[i]),
      num(`P[${r},${j}]-Y[${r},${j}]`, pass.delta2[j]),
      num(`D2[${r},${j}]`, pass.delta2[j] / m),
      num(`H[${r},${i}]*D2[${r},${j}]`, pass.dW2(i, j) / m),
    ]);
    const mean = num(`sum(H[:,${i}]*D2[:,${j}])`, rows.reduce((sum, row) => sum + row.at(-1).value, 0));
    return {
      line: [fillParts(said.batch, { m: String(m) }), ` ∂L/∂${at("W", 2, j, i)} = `, joined(rows.map((row) => row.at(-1)), " + "), " = ", mean],
      more: () => [{ words: [said.batchRows] }, { table: { head: [said.digit, `h_{${i}}`, `ŷ_{${j}} − y_{${j}}`, `D2_{${j}}`, said.sums.product], rows, foot: [said.sums.sum, "", "", "", mean] } }],
    };
  },

  19(s) {
    const { p, i, j } = s.hand;
    const step = (name, old, gradient) => {
      const change = s.alphaValue * gradient.value;
      const renewed = num(`${old.symbol}-alpha*${gradient.symbol}`, old.value - change);
      return [name, toTell(old, change), gradient, toTell(renewed, change)];
    };
    const row = step(at("W", 2, j, i), s.W2(i, j), s.dW2(i, j));
    const rows = [row, step(at("b", 2, j), s.b2(j), s.db2(j)), step(at("W", 1, i, p), s.W1(p, i), s.dW1(p, i)), step(at("b", 1, i), s.b1(i), s.db1(i))];
    return {
      line: [`${row[0]} ← `, row[1], " − ", s.alpha, " × ", row[2], " = ", row[3]],
      more: () => [{ table: { head: [said.parameter, said.old, said.gradient, said.renewed], rows, foot: null } }, wholeStep(s)],
    };
  },
};

/** What the whole step does to the loss. */
function wholeStep(s) {
  const after = num("stepped_loss()", lossOf(forward(stepped(s.pass, s.alphaValue), s.pass.x), s.label));
  const fall = s.L.value - after.value;
  return { words: fillParts(said.wholeStep, { alpha: s.alpha, before: toTell(s.L, fall), after: toTell(after, fall) }) };
}
