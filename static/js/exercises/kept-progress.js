/** Keeps the progress in this browser; without storage it lasts as long as the page. */

import { fromFile, NOTHING, toFile } from "./progress.js";

const KEPT = "byhand-exercises"; // the name in the browser's storage

export function keptProgress() {
  try {
    return fromFile(localStorage.getItem(KEPT) ?? "") ?? NOTHING;
  } catch {
    return NOTHING; // no storage
  }
}

/** Whether it could be kept. */
export function keepProgress(progress) {
  try {
    localStorage.setItem(KEPT, toFile(progress));
    return true;
  } catch {
    return false;
  }
}

export function forgetProgress() {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // no storage: nothing was kept
  }
}
