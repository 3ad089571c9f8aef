/** The page's entry point: makes its parts and connects them. */

import { find, say, whenNear } from "./ui/dom.js";
import { Navigation } from "./ui/navigation.js";
import { PageState } from "./page-state.js";
import { Study } from "./study.js";
import { Training } from "./train/training.js";
import { words } from "./ui/words.js";

const TOAST = 5000; // milliseconds that a message stays

let fading = null;
function tell(text) {
  say(find("#announce"), text);
  clearTimeout(fading);
  fading = setTimeout(() => say(find("#announce"), ""), TOAST);
}

const changed = () => state.changed();
const study = new Study(tell, changed);
const training = new Training({
  tell,
  changed,
  looked: () => study.reader.model,
  look(id) {
    study.reader.model = id;
    study.reader.read();
    changed();
  },
  modelChanged: () => study.reader.read(),
  openSample(sample) {
    study.pad.openSample(sample);
    navigation.go("draw");
  },
});
const state = new PageState(study, training);
const navigation = new Navigation((view) => {
  state.view = view;
  changed();
});

find("#share").addEventListener("click", async () => {
  const link = new URL(state.hash || "#", location.href).href;
  try {
    await navigator.clipboard.writeText(link);
    tell(words.page.linkCopied);
  } catch {
    history.replaceState(null, "", link);
    tell(words.page.copyAddress);
  }
});
whenNear(find(".pad"), (near) => (find("#strip").hidden = near), "0px");

await state.open();
const { view } = state;
if (view && view !== "draw") {
  navigation.go(view, "instant");
  await study.filled; // the figures above push it down
  navigation.go(view, "instant");
}
