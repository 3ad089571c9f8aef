/** The sentences of the exercises: in English, as the page that they stand on. Pure. */

export const said = (await import("../../words/exercises/en.js")).default;
