/** Makes the derivation's text ready to be read: samples, wide equations, the pad folded where it would cover the text. */

import { find, findAll, whenNear } from "../ui/dom.js";
import { fillSamples } from "./samples-grid.js";

const NARROW = "(max-width: 60rem)";

const grid = find("#mnist-grid");
let filled = false;
whenNear(grid.parentElement, (near) => {
  if (near && !filled) fillSamples(grid);
  filled ||= near;
});

// An equation that is wider than the page scrolls in its own box: then the keyboard must get there.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
findAll(".parts").forEach((box) => sizes.observe(box));

if (matchMedia(NARROW).matches) find(".bench details").open = false;
