/** Reads numbers as people write them: a decimal comma, a real minus sign, a power of ten; and tables that are pasted. Pure. */

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const POWER = /\s*[×·*]\s*10(?:\^|\*\*)?([⁻⁺⁰¹²³⁴-⁹]+|[-+]?\d+)$/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

const lowered = (exponent) => [...exponent].map((each) => ({ "⁻": "-", "⁺": "+" })[each] ?? (RAISED.includes(each) ? RAISED.indexOf(each) : each)).join("");

/** "−0,5" -> -0.5, "1/3" -> 0.333…; null for an empty text, NaN for what is no number. */
export function readNumber(text) {
  const [above, below, ...more] = text.split(/[/⁄∕]/).map(readPlain);
  if (below === undefined) return above;
  return above === null || !below || more.length ? NaN : above / below;
}

function readPlain(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(POWER, (_, exponent) => `e${lowered(exponent)}`).replace(",", ".");
  if (plain === "") return null;
  return NUMBER.test(plain) ? Number(plain) : NaN;
}

/**
 * The numbers of a table of texts: {value}, null if all of it is empty (a gradient that is not submitted), or
 * {problem: "gap" | "unreadable", at: [row, column], text} for the first field that keeps it from being a table.
 */
export function readGrid(texts) {
  if (texts.flat().every((text) => text.trim() === "")) return null;
  const value = texts.map((row) => row.map(readNumber));
  for (const [row, numbers] of value.entries()) {
    const column = numbers.findIndex((each) => each === null || Number.isNaN(each));
    if (column >= 0) return { problem: numbers[column] === null ? "gap" : "unreadable", at: [row, column], text: texts[row][column] };
  }
  return { value };
}

/**
 * Where a pasted table goes in fields of this shape, of rows and columns, from the place of the cursor on: {at}, the place of its
 * first cell; or {problem: "ragged" | "transposed" | "pasted"} if it does not fit.
 */
export function fitting(cells, [rows, columns], [row, column]) {
  const [height, width] = [cells.length, cells[0].length];
  if (cells.some((each) => each.length !== width)) return { problem: "ragged" };
  if (height === rows && width === columns) return { at: [0, 0] };
  if (row + height <= rows && column + width <= columns) return { at: [row, column] };
  return { problem: height === columns && width === rows ? "transposed" : "pasted" };
}

/** The cells of a pasted table: from a spreadsheet, from NumPy's print, or a list with commas. */
export function splitPasted(text) {
  const bare = text.replace(/\]\s*,?\s*\[/g, "\n").replace(/[[\]()]|array|np\.|tensor/g, " ");
  const rows = bare.split(/\n|;/).map((row) => row.trim().replace(/,$/, "")).filter(Boolean);
  const separator = /\t/.test(bare) ? /\t/ : /,\s|\.\d*\s*,/.test(bare) ? /\s*,\s*|\s+/ : /\s+/;
  return rows.map((row) => row.split(separator).map((cell) => cell.trim()).filter(Boolean));
}
