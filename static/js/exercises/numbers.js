/** Reads numbers as people write them: a decimal comma, a real minus sign, a power of ten; and tables that are pasted. Pure. */

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const POWER = /\s*[×·*]\s*10(?:\^|\*\*)?([⁻⁺⁰¹²³⁴-⁹]+|[-+]?\d+)$/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;

const lowered = (exponent) => [...exponent].map((each) => ({ "⁻": "-", "⁺": "+" })[each] ?? (RAISED.includes(each) ? RAISED.indexOf(each) : each)).join("");

/** "−0,5" -> -0.5; null for an empty text, NaN for what is no number. */
export function readNumber(text) {
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

/** The cells of a pasted table: from a spreadsheet, from NumPy's print, or a list with commas. */
export function splitPasted(text) {
  const bare = text.replace(/\]\s*,?\s*\[/g, "\n").replace(/[[\]()]|array|np\.|tensor/g, " ");
  const rows = bare.split(/\n|;/).map((row) => row.trim().replace(/,$/, "")).filter(Boolean);
  const separator = /\t/.test(bare) ? /\t/ : /,\s|\.\d*\s*,/.test(bare) ? /\s*,\s*|\s+/ : /\s+/;
  return rows.map((row) => row.split(separator).map((cell) => cell.trim()).filter(Boolean));
}
