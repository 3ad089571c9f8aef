/** Small multiples on one canvas: for each unit of a layer a picture of 784 values, such as its weights from the input. */

import { fieldShape } from "./activation.js";
import { GridPicture } from "./grid-picture.js";
import { Grid, inputLayout } from "./layout.js";
import { diverging } from "../ui/palette.js";
import { theme } from "../ui/theme.js";

const LEVELS = 127; // colours on each side of 0

export class Tiles {
  #units = 0;
  #features = null;
  #tile; // its layout
  #images = new Map(); // "theme unit" -> ImageData: a pointer that moves over them repaints them

  /** Calls `look(unit or null)` for the unit that is pointed at and `choose(unit)` for a click. */
  constructor(canvas, { label, look, choose = () => {} }) {
    this.picture = new GridPicture(canvas, { label });
    const inUse = (work) => ({ detail }) => (detail === null || detail < this.#units) && work(detail);
    this.picture.addEventListener("inspect", inUse(look));
    this.picture.addEventListener("choose", inUse(choose));
  }

  /** Reserve the space of so many pictures, so that the page does not shift when they are painted. */
  fit(units, features) {
    if (units === this.#units && features === this.#features) return;
    [this.#units, this.#features] = [units, features];
    this.#tile = inputLayout(features, 1);
    const { columns, rows } = fieldShape(units);
    const gap = features === "edges" ? 6 : 2; // wider than those between the panels
    this.picture.arrange(new Grid(columns, rows, this.#tile.width + gap, gap));
  }

  /** `values(unit)` -> 784 numbers; `most(values)` -> the magnitude of the full colour. */
  show(values, most) {
    this.#images.clear();
    this.picture.showTiles((context, unit, x, y) => {
      if (unit < this.#units) context.putImageData(this.#image(context, unit, values, most), x, y);
    });
  }

  #image(context, unit, values, most) {
    const key = `${theme()} ${unit}`;
    if (!this.#images.has(key)) this.#images.set(key, paint(context, this.#tile, values(unit), most));
    return this.#images.get(key);
  }
}

function paint(context, layout, values, most) {
  const image = context.createImageData(layout.width, layout.height);
  const colours = table();
  const scale = LEVELS / most(values);
  values.forEach((value, index) => {
    const colour = colours[Math.round(value * scale) + LEVELS];
    const [x, y] = layout.corner(index);
    // A value is one row high.
    for (let right = 0; right < layout.size[0]; right += 1) image.data.set(colour, 4 * (y * layout.width + x + right));
  });
  return image;
}

const tables = {};

/** The diverging colours from −1 to +1 as a table of bytes, as thousands of pixels are painted at a time. */
function table() {
  return (tables[theme()] ??= Array.from({ length: 2 * LEVELS + 1 }, (_, level) => [...diverging(level / LEVELS - 1, theme()), 255]));
}
