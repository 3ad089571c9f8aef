/** What is said of an answer: a verdict on each gradient, and hints that tell more when they are asked to. */

import { element } from "../ui/dom.js";
import { number } from "../ui/format.js";
import { fill } from "../ui/words.js";
import { portrait } from "./portrait.js";
import { said } from "./words.js";

const ORDER = ["dW2", "db2", "dW1", "db1"];

/** `checked`: the answer of POST /check; `asked`: the gradients that the level asks for. */
export function verdictView(checked, asked) {
  const shown = ORDER.filter((array) => asked.includes(array) || checked.arrays[array].verdict !== "missing");
  const rows = shown.map((array) => {
    const { verdict, relative_error: error, hint } = checked.arrays[array];
    const words = error === null || verdict === "right" ? "" : fill(said.error, { error: number(error, 2) });
    return element("li", { "data-array": array, "data-verdict": verdict }, element("strong", {}, array), " ", element("span", { class: "verdict" }, said.verdict[verdict]), " ", element("span", { class: "hint" }, words), hint ? element("p", { class: "where" }, hint) : null);
  });
  return element("div", {}, element("p", { class: "whole", "data-right": String(checked.right) }, checked.right ? said.right : said.wrong), element("ul", { class: "verdicts" }, rows), checked.right ? null : more(checked), checked.slope && shown.includes("dW1") ? slope(checked.slope) : null);
}

function slope(found) {
  const picture = portrait(found);
  return element("figure", { class: "portrait" }, picture, element("figcaption", {}, picture.getAttribute("aria-label")));
}

/** First where to look, then, if that does not help, which mistake it is. */
function more({ mistakes, explanations }) {
  if (!mistakes.length) return element("p", {}, said.unknown);
  const several = explanations.length > 1 ? element("p", {}, said.oneOf) : null;
  const hints = element("details", { class: "hints" }, element("summary", {}, said.moreHint), element("ul", {}, mistakes.map(({ hint }) => element("li", {}, hint))));
  const names = mistakes.map((each) => element("li", { "data-number": each.number }, element("strong", {}, fill(said.mistake, each)), element("p", {}, each.evidence)));
  return element("div", {}, hints, element("details", { class: "names" }, element("summary", {}, said.moreName), several, element("ul", {}, names)));
}
