/** A planted bug: wrong gradients, a budget of finite differences, and guesses. Its state, without a page. */

import { check, exercise } from "../service/api.js";
import { compared, difference } from "./difference.js";

const LEVEL = 4; // small enough to look at, large enough that most mistakes show
export const BUDGET = 12;

export class Bug {
  bought = []; // {array, place, theirs, right, relation}
  told = null; // the answer of the service

  constructor(sheet) {
    this.sheet = sheet;
  }

  static async plant(seed) {
    return new Bug(await exercise(LEVEL, seed, true));
  }

  get left() {
    return BUDGET - this.bought.length;
  }

  /** The finite difference of one entry of `array`, a gradient; null if none is left or it was bought. */
  buy(array, place) {
    const known = this.bought.some((one) => one.array === array && String(one.place) === String(place));
    if (!this.left || known) return null;
    const gradient = this.sheet.gradients[array];
    const theirs = place.length === 2 ? gradient[place[0]][place[1]] : gradient[place[0]];
    const right = difference(this.sheet.arrays, array.slice(1), place);
    const size = Math.max(...gradient.flat().map(Math.abs));
    const one = { array, place, theirs, right, relation: compared(theirs, right, size) };
    this.bought.push(one);
    return one;
  }

  /** What the service says of their gradients: {mistakes, explanations}. */
  async ask() {
    this.told ??= await check(this.sheet.exercise, this.sheet.gradients);
    return this.told;
  }

  /** The mistake of this number if it explains the gradients, else null. */
  async guess(number) {
    const { mistakes } = await this.ask();
    return mistakes.find((one) => one.number === number) ?? null;
  }
}
