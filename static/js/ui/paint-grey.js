/** Paints 784 bytes as grey pixels on a 28x28 canvas. */

import { slate } from "./palette.js";

export function paintGrey(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  pixels.forEach((value, index) => image.data.set([...slate(value / 255), 255], 4 * index));
  context.putImageData(image, 0, 0);
}
