/** The way to the training form with a mistake chosen in it. */

import * as api from "../service/api.js";
import { element, find } from "../ui/dom.js";
import { mistakeSelect } from "./mistake-select.js";
import { said } from "./words.js";

const words = said.mistakes;

/** The main page's address at its training form; `row`: the number of a mistake, or nothing. */
export const trainingAddress = (row) => (row ? `./#view=train&mistake=${row}` : "./#train");

/** Put a list of all mistakes beside the link in `holder`, which then leads to the one that is chosen. */
export async function offerMistakes(holder) {
  const link = find("a", holder);
  let names;
  try {
    names = new Map((await api.mistakes()).items.map(({ number, name }) => [number, name]));
  } catch {
    return; // the link leads to the form, which has a list of its own
  }
  const select = mistakeSelect("mistake-to-train", names);
  select.addEventListener("change", () => { link.href = trainingAddress(select.value); });
  link.before(element("label", { for: select.id }, words.toTrain), " ", select, " ");
}
