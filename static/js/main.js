/** The page's entry point: makes its parts and connects them. */

import { find, say, whenNear } from "./ui/dom.js";
import { Hand } from "./samples/hand.js";
import { Navigation } from "./ui/navigation.js";
import { PageState } from "./page-state.js";
import { parseState } from "./ui/url-state.js";
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
  choice: study.choice,
  offer(networks) {
    study.networks.offer(networks);
    hand.named();
  },
  removed: (id) => hand.removed(id),
  async openSample(sample, model, pixels) {
    if (model && model !== study.choice.id) study.choice.choose(model);
    if (pixels) study.drawing.showPixels(Uint8Array.from(pixels));
    else await study.pad.openSample(sample);
    navigation.go("draw");
  },
  trySample: () => study.drawing.blank && study.pad.anySample(),
});
study.addEventListener("shown", ({ detail }) => training.watch.show(detail));
const hand = new Hand(study, training, changed);
const state = new PageState(study, training);
const navigation = new Navigation((view) => {
  state.view = view;
  study.enter(view);
  changed();
}, () => state.write());

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

/** Where the pad is out of sight its answer is shown in a strip, and the ages go with it. */
whenNear(find(".pad"), (near) => {
  find("#strip").hidden = near;
  study.networks.moveTo(find(near || getComputedStyle(find("#strip")).display === "none" ? ".choice" : "#strip"));
}, "0px");

// Back and Forward lead to the part that was read; without a state, a link was put into the address of the open page.
history.scrollRestoration = "manual"; // figures that fill on the way would lead it astray
addEventListener("popstate", (event) => {
  if (event.state === null) state.show(parseState(location.hash));
  else navigation.go(event.state.view ?? "draw", "instant");
});

const { mistake } = parseState(location.hash);
await state.open();
hand.begin();
const { view } = state;
if (view && view !== "draw") {
  navigation.go(view, "instant");
  await study.filled; // the figures above push it down
  navigation.go(view, "instant");
}
if (mistake) {
  await training.filled;
  training.form.showMistake();
}
