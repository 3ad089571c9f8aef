/** The sentences of the exercises: in English, as the page that they stand on. Pure. */

export const said = (await import("../../words/exercises/en.js")).default;

const list = new Intl.ListFormat("en-GB");

/** ["dW1", "db1"] -> "dW1 and db1". */
export const listed = (names) => list.format(names);
