/** What stands under each numbered equation: {line: parts, more() -> blocks of words, tables, bars}, from the Symbols of a digit. Pure. */

import { CHECK } from "./check-lines.js";
import { FORWARD } from "./forward-lines.js";
import { HIDDEN } from "./hidden-lines.js";
import { OUTPUT } from "./output-lines.js";

export const LINES = { ...FORWARD, ...OUTPUT, ...HIDDEN, ...CHECK };
