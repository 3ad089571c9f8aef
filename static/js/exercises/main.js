/** The entry point of the exercises: connects levels, exercise, answer, planted bug and progress; the address names the exercise. */

import { exercise } from "../service/api.js";
import { element, find, say } from "../ui/dom.js";
import { Answer } from "./answer.js";
import { BugView } from "./bug-view.js";
import { exerciseView } from "./exercise-view.js";
import { levelsView } from "./levels-view.js";
import { exported, imported, LEVELS, load, save, stateOf, tried } from "./progress.js";
import { said } from "./words.js";

const MOST_SEED = 1e6; // of those that are offered: short enough to be said in class

let progress = load();
let [level, seed] = asked();
const answer = new Answer();

const anySeed = () => Math.floor(Math.random() * MOST_SEED);

/** Level and seed of the address, as /exercises?level=3&seed=7; else the first level that is not right yet. */
function asked() {
  const query = new URLSearchParams(location.search);
  const whole = (name, least, most) => {
    const text = query.get(name) ?? "";
    return /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : null;
  };
  const first = Array.from({ length: LEVELS }, (_, index) => index + 1).find((one) => stateOf(progress, one) !== "right") ?? LEVELS;
  const found = whole("level", 1, LEVELS) ?? first;
  return [found, whole("seed", 0, 2 ** 32 - 1) ?? progress[found]?.seed ?? 0];
}

function levels() {
  levelsView(find("#level-list"), { level, progress }, (chosen) => open(chosen, progress[chosen]?.seed ?? 0, true));
}

async function open(chosen, from, go = false) {
  [level, seed] = [chosen, from];
  history.replaceState(null, "", `?level=${level}&seed=${seed}${location.hash}`);
  levels();
  if (go) find("#exercise").scrollIntoView();
  try {
    const sheet = await exercise(level, seed);
    if (sheet.level !== level || sheet.seed !== seed) return; // another was chosen meanwhile
    say(find("#exercise-say"), "");
    exerciseView(sheet);
    answer.of(sheet);
  } catch (error) {
    say(find("#exercise-say"), error.message);
  }
}

function keep(changed) {
  progress = changed;
  save(progress);
  levels();
}

answer.addEventListener("checked", ({ detail }) => keep(tried(progress, detail.level, detail.seed, detail.right)));
find("#another").addEventListener("click", () => open(level, anySeed()));
find("#copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(find("#code").textContent);
  say(find("#copy-say"), said.copied);
});
find("#export").addEventListener("click", () => {
  const address = URL.createObjectURL(new Blob([exported(progress)], { type: "application/json" }));
  element("a", { href: address, download: said.exported }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
});
find("#import").addEventListener("change", async ({ target }) => {
  const found = imported((await target.files[0]?.text()) ?? "");
  target.value = "";
  if (found) keep(found);
  say(find("#progress-say"), found ? said.imported : said.notImported);
});
find("#forget").addEventListener("click", () => {
  keep({});
  say(find("#progress-say"), said.cleared);
});

new BugView(anySeed);
await open(level, seed);
