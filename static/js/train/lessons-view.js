/** The lessons of a run that goes wrong: one is chosen, says what to look at, and trains the broken recipe and its cure on one chart. */

import * as curves from "./curves.js";
import { brokenValues, changeText, lessonRequests } from "./cures.js";
import { underWay } from "./runs.js";
import { element, find, say } from "../ui/dom.js";
import { accuracy, count, number } from "../ui/format.js";
import { LineChart } from "../ui/line-chart.js";
import { MARKERS } from "../ui/markers.js";
import { RUNS } from "../ui/palette.js";
import { fill, words } from "../ui/words.js";

const said = words.lessons;
const LOOKS = [1, 0].map((index) => ({ colour: RUNS[index], marker: MARKERS[index] })); // of the broken run and of the cured one

export class LessonsView {
  #lessons = [];
  #fields = [];
  #presets = {};
  #chosen = null;
  #pairs = new Map(); // name of a lesson -> the ids of its two runs
  #starting = false;
  #runs;
  #start;
  #chart = null;

  /** `runs`: Runs; `start(requests)`: starts these runs, async, gives the jobs; throws an ApiError when one is refused. */
  constructor(runs, start) {
    this.#runs = runs;
    this.#start = start;
    find("#lesson-train").addEventListener("click", () => this.#train());
  }

  /** `lessons` as GET /lessons tells them; `fields` and `presets` as the form has them. */
  offer(lessons, fields, presets) {
    this.#lessons = lessons;
    this.#fields = fields;
    this.#presets = presets;
    find("#lesson-row").append(...lessons.map((lesson, index) => this.#choice(lesson, index === 0)));
    find("#lessons").hidden = lessons.length === 0;
    if (lessons.length) this.#choose(lessons[0]);
  }

  #choice(lesson, checked) {
    const radio = element("input", { type: "radio", name: "lesson", value: lesson.name, checked, onchange: () => this.#choose(lesson) });
    return element("label", {}, radio, lesson.title);
  }

  #choose(lesson) {
    this.#chosen = lesson;
    const { change, request } = lesson;
    const settings = { broken: changeText(brokenValues(lesson, this.#presets), this.#fields), cured: changeText(change, this.#fields) };
    say(find("#lesson-title"), lesson.title);
    say(find("#lesson-words"), lesson.words);
    say(find("#lesson-settings"), fill(said.settings, { ...settings, digits: count(request.train_examples), epochs: request.epochs }));
    for (const place of ["#lesson-say", "#lesson-state", "#lesson-diagnoses"]) say(find(place), "");
    this.paint();
  }

  async #train() {
    if (this.#starting) return;
    this.#starting = true;
    const lesson = this.#chosen;
    for (const place of ["#lesson-say", "#lesson-diagnoses"]) say(find(place), "");
    try {
      const jobs = await this.#start(lessonRequests(lesson));
      this.#pairs.set(lesson.name, jobs.map(({ id }) => id));
    } catch (error) {
      say(find("#lesson-say"), error.message);
    } finally {
      this.#starting = false;
    }
    this.paint();
  }

  /** Show what has become of the two runs of the lesson that is chosen. */
  paint() {
    const ids = this.#pairs.get(this.#chosen?.name) ?? [];
    const pair = ids.map((id) => this.#runs.get(id)).filter(Boolean);
    find("#lesson-runs").hidden = pair.length < 2;
    if (pair.length < 2) return;
    const drawn = pair.map((job, index) => ({ job, ...LOOKS[index], losses: this.#runs.losses(job.id) }));
    this.#chart ??= new LineChart(find("#chart-lesson"), { title: said.chart, x: words.runs.epochAxis, y: words.runs.lossAxis });
    this.#chart.show(curves.lossSeries(drawn), curves.lossLegend(drawn));
    say(find("#lesson-state"), this.#state(pair));
    this.#diagnoses(pair);
  }

  #state([broken, cured]) {
    const ends = [broken, cured].map(({ metrics }) => metrics.at(-1));
    const going = [broken, cured].find(underWay);
    if (going) return fill(said.going, { name: going.name, state: words.runs.states[going.state] });
    if (!ends[0] || !ends[1]) return said.over;
    const [before, after] = ends;
    return fill(said.outcome, { before: number(before.validation_loss), after: number(after.validation_loss), right: accuracy(before.validation_accuracy), rightAfter: accuracy(after.validation_accuracy) });
  }

  #diagnoses([broken, cured]) {
    const told = [...broken.hints, ...(broken.error ? [broken.error] : [])].map((text) => fill(said.diagnosis, { name: broken.name, text }));
    const after = cured.hints.map((text) => fill(said.diagnosis, { name: cured.name, text }));
    if (!underWay(cured) && after.length === 0) after.push(fill(said.nothing, { name: cured.name }));
    const list = find("#lesson-diagnoses");
    const all = [...told, ...after];
    // A list of which only the new is announced: rows are added, never written anew.
    while (list.children.length > all.length) list.lastElementChild.remove();
    all.forEach((text, index) => (list.children[index] ? say(list.children[index], text) : list.append(element("li", {}, text))));
  }
}
