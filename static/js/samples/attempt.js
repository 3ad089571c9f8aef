/** Does what the service may refuse. */

import { find, say } from "../ui/dom.js";

/** Do `work`, with the key where one is needed; what went wrong is said in `place`. Whether it was done. */
export async function attempt(keyring, work, place) {
  tell(place, "", false);
  try {
    await keyring.with(work);
    return true;
  } catch (error) {
    say(find(place), error.message);
    return false;
  }
}

/** Say how it went; `well`: it is no trouble. */
export function tell(place, text, well) {
  say(find(place), text);
  find(place).dataset.well = String(well);
}
