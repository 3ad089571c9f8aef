/** The pad and its controls: buttons, keyboard shortcuts, image files and test digits. */

import { predictEach, predictImage } from "../service/api.js";
import { find, findAll } from "../ui/dom.js";
import { greyPixels, smaller } from "./picture.js";
import { PointerPen } from "./pointer-pen.js";
import { KeyPen } from "./key-pen.js";
import { COUNT, testDigit } from "./samples.js";

/** Test digits that many networks misread or hesitate over, by their index in MNIST's test set. */
const HARD = [340, 360, 380, 450, 550, 580, 720, 740, 810, 900, 1260, 1500, 1530, 1790, 1810, 1930];

export class PadView {
  #drawing;
  #tell;
  #pointerPen;
  #found = null; // a promise of what shows the digits of a picture, once there is one
  #width = find("#pen-width");

  /** `tell(text)`: a short message to the reader. */
  constructor(drawing, tell) {
    this.#drawing = drawing;
    this.#tell = tell;
    this.#pointerPen = new PointerPen(find("#ink"), drawing, Number(this.#width.value));
    new KeyPen(find("#ink"), find("#nib"), drawing, () => this.#pointerPen.penWidth, tell);
    drawing.addEventListener("change", () => this.#buttons());
    this.#listen();
    this.#buttons();
  }

  async openSample(sample) {
    await this.#try(async () => {
      const { pixels } = await testDigit(sample);
      this.#drawing.showPixels(pixels, sample);
    });
  }

  #listen() {
    const on = (selector, work) => findAll(selector).forEach((node) => node.addEventListener("click", work));
    on("#undo", () => this.#drawing.undo());
    on("#clear", () => this.#drawing.clear());
    on("#try-one, [data-try]", () => this.anySample());
    on("#try-hard", () => this.openSample(HARD[Math.floor(Math.random() * HARD.length)]));
    this.#width.addEventListener("input", () => this.#pen(Number(this.#width.value)));
    document.addEventListener("keydown", (event) => this.#key(event));
    find("#image-file").addEventListener("change", ({ target }) => {
      this.#image(target.files[0]);
      target.value = "";
    });
    document.addEventListener("paste", (event) => this.#image([...event.clipboardData.files].find(isImage)));
    document.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
    document.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.#image(event.dataTransfer.files[0]);
    });
  }

  anySample() {
    return this.openSample(Math.floor(COUNT * Math.random()));
  }

  /** Send an image to the service, which crops and scales it; what comes of it, before a network sets it upright, is the drawing. */
  #image(file) {
    if (!file) return;
    this.#try(async () => {
      const sent = await smaller(file);
      const { stages, uncertain } = await predictImage(sent);
      if (uncertain) {
        const found = await predictEach(sent);
        if (found.digits.length > 1) {
          this.#found ??= import("./found-digits.js").then(({ FoundDigits }) => new FoundDigits(this.#drawing));
          return (await this.#found).show(found, stages.grey);
        }
      }
      return this.#drawing.showPixels(await greyPixels(stages.input));
    });
  }

  async #try(work) {
    this.#tell(""); // what was said of the try before is over
    try {
      await work();
    } catch (error) {
      this.#tell(error.message);
    }
  }

  #pen(width) {
    this.#width.value = width;
    this.#pointerPen.penWidth = Number(this.#width.value);
  }

  #buttons() {
    find("#undo").disabled = !this.#drawing.canUndo;
    find("#ink-hint").hidden = !this.#drawing.blank;
  }

  #key(event) {
    if (event.target.closest("input:not([type=range]), select, textarea")) return;
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "z" && !event.shiftKey) this.#drawing.undo();
    else if (command && (key === "y" || key === "z")) this.#drawing.redo();
    else if (command || event.altKey) return;
    else if (key === "delete" || key === "backspace") this.#drawing.clear();
    else if (key === "[") this.#pen(Number(this.#width.value) - 2);
    else if (key === "]") this.#pen(Number(this.#width.value) + 2);
    else if (key === "t") this.anySample();
    else return;
    event.preventDefault();
  }
}

const isImage = (file) => file.type.startsWith("image/");
