/** The page's state as this tab keeps it, in the form of a link, so that the drawing is there on every page of byhand. */

import { formatState, parseState } from "./url-state.js";

const KEPT = "byhand-page"; // the name in the tab's storage

/** What the tab kept last; null if nothing. */
export function kept() {
  try {
    const hash = sessionStorage.getItem(KEPT);
    return hash === null ? null : parseState(hash);
  } catch {
    return null; // no storage
  }
}

export function keep(state) {
  try {
    sessionStorage.setItem(KEPT, formatState(state));
  } catch {
    // no storage: only the address keeps it
  }
}
