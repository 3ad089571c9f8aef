/** The badge under the central difference: the service's check of entries from all arrays of the gradient. */

import { showCheck } from "../backprop/check-badge.js";
import { element } from "../ui/dom.js";

export class CheckView {
  node = element("p", { class: "badge", id: "gradient-check", hidden: true });

  show() {
    // the line above it has this digit's numbers; the check comes by itself
  }

  check(found) {
    this.node.hidden = false;
    showCheck(this.node, found);
  }
}
