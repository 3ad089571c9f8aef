/** Paints what is near the window at once; what is far away waits until it comes near, or until all is to be painted. */

import { whenNear } from "../ui/dom.js";

/** `paint(given)` -> a function `(given, all)` that paints now if `node` is near or `all` is true. */
export function nearFirst(node, paint) {
  let near = false;
  let due = null;
  const now = () => {
    const given = due;
    due = null;
    if (given !== null) paint(given);
  };
  whenNear(node, (seen) => {
    near = seen;
    if (near) now();
  });
  return (given, all) => {
    due = given;
    if (near || all) now();
  };
}
