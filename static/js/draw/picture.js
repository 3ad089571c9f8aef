/** Pictures on their way to the service and back: large ones are made smaller, a 28x28 PNG is read. */

const SIDE = 28;

/** Uint8Array(784): the grey of each pixel, exactly as it is in the file. */
export async function greyPixels(url) {
  const bytes = Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }), { colorSpaceConversion: "none" });
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Uint8Array.from({ length: SIDE * SIDE }, (_, index) => data[4 * index]);
}

const MOST_BYTES = 2 * 1024 * 1024; // a file of more is made smaller before it is sent
const MOST_PIXELS = 1600; // its longer side then: four times what the service looks at

/** A File or Blob of an image: the same, or a smaller one where it is large and the browser can read it. */
export async function smaller(file) {
  if (file.size <= MOST_BYTES) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, MOST_PIXELS / Math.max(picture.width, picture.height));
    const canvas = new OffscreenCanvas(Math.max(1, Math.round(scale * picture.width)), Math.max(1, Math.round(scale * picture.height)));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: "image/png" });
  } catch {
    return file; // the service reads formats that browsers do not, and says what it cannot read
  }
}
