/** What is to be said of a checked answer, and how much of it at which stage of help. Pure. */

/** How far help goes: where to look, then what to look for, then the name of the mistake with its evidence. */
export const HELP = ["where", "hint", "name"];

const GOOD = new Set(["right", "right_given_yours"]);

/** The gradients that something is to be said about: those that are asked for and those that were submitted. */
export function judged(answer, asked) {
  const names = Object.keys(answer.arrays).filter((name) => asked.includes(name) || answer.arrays[name].verdict !== "missing");
  return names.map((name) => ({ name, ...answer.arrays[name], good: GOOD.has(answer.arrays[name].verdict) }));
}

/** {right, all}: how many of what was asked for is right. */
export function score(answer, asked) {
  return { right: asked.filter((name) => answer.arrays[name]?.verdict === "right").length, all: asked.length };
}

/** The names of what was not submitted, if all that was submitted is right; else none. */
export function onlyMissing(answer, asked) {
  const missing = asked.filter((name) => answer.arrays[name]?.verdict === "missing");
  const rest = Object.values(answer.arrays).filter(({ verdict }) => verdict !== "missing");
  return rest.length && rest.every(({ verdict }) => verdict === "right") ? missing : [];
}

/** The last stage of help that there is anything to say in. */
export function mostHelp({ right, mistakes, slope }) {
  if (right) return 0;
  return mistakes.length ? HELP.length - 1 : Number(slope?.slope.some(Number.isFinite) ?? false); // the slope alone is one stage
}

/** Each explanation as the mistakes that it is made of; one list if there is a single explanation. */
export function explanations({ mistakes, explanations: sets }) {
  const byNumber = new Map(mistakes.map((each) => [each.number, each]));
  const named = sets.map((numbers) => numbers.map((number) => byNumber.get(number)).filter(Boolean)).filter((set) => set.length);
  return named.length ? named : mistakes.map((each) => [each]);
}

/** The mistakes whose hints are given, each sentence once. */
export function hints({ mistakes }) {
  return [...new Set(mistakes.map(({ hint }) => hint))];
}
