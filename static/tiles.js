/** Small multiples: a 28x28 picture for each unit of a layer, on one canvas. */

import { fieldShape } from "./activation.js";
import { GridPicture } from "./grid-picture.js";
import { diverging } from "./palette.js";
import { theme } from "./theme.js";

const SIDE = 28;
const LEVELS = 127; // colours on each side of 0

export class Tiles {
  #units = 0;
  #images = new Map(); // "theme unit" -> ImageData: a pointer that moves over them repaints them

  /** `look(unit or null)`, `choose(unit)`: what is pointed at, what is clicked. */
  constructor(canvas, { label, look, choose = () => {} }) {
    this.picture = new GridPicture(canvas, { columns: 1, rows: 1, cell: SIDE + 2, gap: 2, label });
    const inUse = (work) => ({ detail }) => (detail === null || detail < this.#units) && work(detail);
    this.picture.addEventListener("inspect", inUse(look));
    this.picture.addEventListener("choose", inUse(choose));
  }

  /** Take the room of so many pictures: painted later, they push nothing away. */
  fit(units) {
    if (units === this.#units) return;
    const { columns, rows } = fieldShape(units);
    this.picture.resize(columns, rows);
    this.#units = units;
  }

  /** `values(unit)` -> 784 numbers; `most(values)`: what the full colour stands for. */
  show(units, values, most) {
    this.fit(units);
    this.#images.clear();
    this.picture.showTiles((context, unit, x, y) => {
      if (unit < units) context.putImageData(this.#image(context, unit, values, most), x, y);
    });
  }

  #image(context, unit, values, most) {
    const key = `${theme()} ${unit}`;
    if (!this.#images.has(key)) this.#images.set(key, paint(context, values(unit), most));
    return this.#images.get(key);
  }
}

function paint(context, values, most) {
  const image = context.createImageData(SIDE, SIDE);
  const colours = table();
  const scale = LEVELS / most(values);
  values.forEach((value, pixel) => image.data.set(colours[Math.round(value * scale) + LEVELS], 4 * pixel));
  return image;
}

const tables = {};

/** The diverging colours as bytes, from −1 to +1: thousands of pixels are painted at a time. */
function table() {
  return (tables[theme()] ??= Array.from({ length: 2 * LEVELS + 1 }, (_, level) => [...diverging(level / LEVELS - 1, theme()), 255]));
}
