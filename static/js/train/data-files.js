/** Which part of a data set each chosen file is, by its name. Pure. */

const PARTS = [
  ["train_images", /train[-_.]images/],
  ["train_labels", /train[-_.]labels/],
  ["test_images", /(t10k|test)[-_.]images/],
  ["test_labels", /(t10k|test)[-_.]labels/],
];

/** `files`: [{name, …}]. Gives {parts: [{part, file}], unknown}: the name of the first file that is none of them, or true for no file. */
export function partsOf(files) {
  const parts = [];
  for (const file of files) {
    const name = file.name.toLowerCase();
    const part = name.endsWith(".zip") ? "zip" : PARTS.find(([, pattern]) => pattern.test(name))?.[0];
    if (!part) return { parts, unknown: file.name };
    parts.push({ part, file });
  }
  return { parts, unknown: parts.length ? null : true };
}
