/** Keeps in this tab what was typed and which exercise was open; without storage it lasts as long as the page. */

const [DRAFT, PLACE] = ["byhand-draft-", "byhand-exercise"]; // names in the tab's storage

function read(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null; // no storage
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // no storage: the page alone has it
  }
}

/** The fragment that says which exercise was open last; null if none was. */
export const keptPlace = () => read(PLACE);
export const keepPlace = (fragment) => write(PLACE, fragment);

export class Drafts {
  #open = new Map(); // id -> {name of a gradient: rows of texts, convention}

  /** What was typed for an exercise: an object to be changed, and kept then. */
  of(id) {
    if (!this.#open.has(id)) this.#open.set(id, read(DRAFT + id) ?? {});
    return this.#open.get(id);
  }

  keep(id) {
    write(DRAFT + id, this.of(id));
  }
}
