/** Starts the exercises: the list, the open exercise, the planted bug and the progress, put together. */

import { find, say, whenNear } from "../ui/dom.js";
import { fill } from "../ui/words.js";
import { formatAddress, idOf, parseAddress, unknownIn } from "./address.js";
import { HuntView } from "./hunt-view.js";
import { keepPlace, keptPlace } from "./kept-drafts.js";
import { LEVELS } from "./levels.js";
import { ListView } from "./list-view.js";
import { stateOf, withAnswer, withBug } from "./progress.js";
import { ProgressView } from "./progress-view.js";
import { TaskView } from "./task-view.js";
import { offerMistakes } from "./training-link.js";
import { said } from "./words.js";

const progress = new ProgressView(find("#progress"));
const list = new ListView(find("#levels"));
const task = new TaskView(find("#task"));
const hunt = new HuntView(find("#hunt"));

/** The first that is not right yet. */
const usual = 1 + Math.max(0, LEVELS.findIndex((_, at) => stateOf(progress.value, at + 1) !== "right"));
const isPlace = (hash) => hash.includes("="); // else it is a part of the page
let place = parseAddress(isPlace(location.hash) ? location.hash : keptPlace() ?? "", usual);

function show() {
  const unknown = isPlace(location.hash) ? unknownIn(location.hash) : "";
  say(find("#place-say"), unknown && fill(said.task.unknown, { unknown, id: idOf(place) }));
  keepPlace(formatAddress(place));
  list.show(place, progress.value);
  task.show(place);
}

function go(to) {
  place = { ...place, ...to };
  history.pushState(null, "", formatAddress(place));
  show();
}

addEventListener("popstate", () => {
  if (!isPlace(location.hash)) return;
  const before = place;
  place = parseAddress(location.hash, place.level);
  show();
  if (before.level !== place.level) toTheTask();
  if (before.bug !== place.bug) hunt.show(place.bug);
});

/** On a narrow screen the list is above: what was chosen is brought into sight, and the keyboard with it. */
function toTheTask() {
  const title = find("#task-title");
  title.focus({ preventScroll: true });
  const { top, bottom } = title.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight * 0.8) title.scrollIntoView({ block: "start" });
}

task.addEventListener("go", ({ detail }) => {
  const other = detail.level !== place.level;
  go(detail);
  if (other) toTheTask();
  else find("#another").focus({ preventScroll: true });
});
task.addEventListener("checked", ({ detail }) => progress.set(withAnswer(progress.value, detail)));
hunt.addEventListener("another", ({ detail }) => {
  go({ bug: detail });
  hunt.show(detail);
});
hunt.addEventListener("found", ({ detail }) => progress.set(withBug(progress.value, detail.exercise, detail.cost)));
progress.addEventListener("change", () => {
  list.show(place, progress.value);
  hunt.score(progress.value);
});

show();
offerMistakes(find("#train-with"));
hunt.score(progress.value);
let begun = false;
whenNear(find("#hunt"), (near) => {
  if (near && !begun) hunt.show(place.bug);
  begun ||= near;
});
