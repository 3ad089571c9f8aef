/** The switch "Let me guess first", and the score of this tab. */

import { find, say } from "../ui/dom.js";
import { fill, words } from "../ui/words.js";

export function showScore(score) {
  const wanted = find("#guess-on");
  const write = () => {
    const { on, asked, right } = score;
    wanted.checked = on;
    say(find("#guess-score"), asked ? fill(words.guess.score, { right, asked }) : on ? words.guess.begin : "");
  };
  wanted.addEventListener("change", () => (score.on = wanted.checked));
  score.addEventListener("change", write);
  write();
}
