// Pieces as squares of pixels in a layer of its own: ten thousand are loops over two arrays, and one picture for the canvas.
import { seriesColour } from "../app/colours";
import type { Meta } from "./layout";
import type { Window } from "./moment";

export const PIECE = 4;
export interface View { x: number; y: number; scale: number }

let layer: HTMLCanvasElement | null = null, image: ImageData | null = null, dots = new Uint32Array(0);

/** Draw the pieces that are shown onto `canvas`; products last, so that they lie on top. */
export function paintPieces(canvas: HTMLCanvasElement, meta: Meta, moment: Window, view: View, ratio: number) {
  const { width, height } = canvas;
  if (!width || !height) return;
  layer ??= document.createElement("canvas");
  if (!image || layer.width !== width || layer.height !== height) {
    layer.width = width; layer.height = height;
    image = new ImageData(width, height);
    dots = new Uint32Array(image.data.buffer);
  }
  dots.fill(0);
  const colours = meta.parts.map((_, kind) => bytes(seriesColour(kind + 1)));
  for (const product of [0, 1]) {
    const edge = Math.max(2, Math.round((PIECE + 2.5 * product) * view.scale * ratio));
    paint(moment, meta.parts.map((one) => Number(one.product) === product), colours, edge, width, height, view, ratio);
  }
  const c = layer.getContext("2d")!;
  c.putImageData(image, 0, 0);
  const onto = canvas.getContext("2d")!;
  onto.setTransform(1, 0, 0, 1, 0, 0);
  onto.drawImage(layer, 0, 0);
}

function paint(moment: Window, wanted: boolean[], colours: number[], edge: number, width: number, height: number, view: View, ratio: number) {
  const { x, y, part, shown, pieces } = moment, by = view.scale * ratio, left = view.x * ratio, top = view.y * ratio;
  for (let i = 0; i < pieces; i++) {
    if (!shown[i] || !wanted[part[i]]) continue;
    const px = Math.round(left + x[i] * by), py = Math.round(top + y[i] * by);
    if (px < 0 || py < 0 || px + edge > width || py + edge > height) continue;
    const tone = colours[part[i]];
    for (let row = py; row < py + edge; row++) dots.fill(tone, row * width + px, row * width + px + edge);
  }
}

/** A colour "#rrggbb" as the four bytes of a pixel, opaque. */
function bytes(hex: string): number {
  const value = parseInt(hex.slice(1, 7), 16);
  return (0xff000000 | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}
