/** The steps of both passes in their order, and what a level does with each. Pure. */

const WAY = ["Y", "Z1", "H", "Z2", "P", "D2", "dW2", "db2", "D1", "dW1", "db1"];

/** The equation of the derivation that each step is. */
export const EQUATIONS = { Y: 1, Z1: 6, H: 2, Z2: 6, P: 3, D2: 13, dW2: 18, db2: 14, D1: 17, dW1: 18, db1: 17 };

/** [{name, kind}] up to the last gradient that is asked for; `kind`: "shown", "asked", or "left" to the reader. */
export function stepsOf({ asked, shown }) {
  const last = Math.max(...asked.map((name) => WAY.indexOf(name)));
  const kind = (name) => (shown.includes(name) ? "shown" : asked.includes(name) ? "asked" : "left");
  const needed = WAY.slice(0, last + 1).filter((name) => !name.startsWith("d") || asked.includes(name));
  return needed.map((name) => ({ name, kind: kind(name) }));
}
