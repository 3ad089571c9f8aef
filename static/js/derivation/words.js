/** The sentences of the derivation's live numbers: in English, as the page that they stand on. Pure. */

export const said = (await import("../../words/derivation/en.js")).default;
