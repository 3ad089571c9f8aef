/** The id of the run that taught last, kept in this browser, so that before and after are there again on the next visit. */

const KEPT = "byhand-taught";

export function keptTaught() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage is blocked: this visit alone knows
  }
}

/** `id`: null to forget it. */
export function keepTaught(id) {
  try {
    if (id === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, id);
  } catch {
    // as above
  }
}
