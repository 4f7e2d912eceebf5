// The plan on a canvas: blocks and their labels once, cells and pieces in every frame, one colour at a time.
import { colour, stateColour } from "../app/colours";
import { words } from "../app/format";
import { CELL, type Layout, type Meta, TITLE } from "./layout";
import type { Window } from "./moment";
import { paintPieces, type View } from "./pixels";

export type { View } from "./pixels";


export function fit(layout: Layout, width: number, height: number): View {
  const scale = Math.min(width / layout.width, height / layout.height);
  return { scale, x: (width - layout.width * scale) / 2, y: Math.max(0, (height - layout.height * scale) / 2) };
}

/** What does not move: drawn once for each view. */
export function drawBackground(canvas: HTMLCanvasElement, layout: Layout, view: View, ratio: number) {
  const c = canvas.getContext("2d")!;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.fillStyle = colour("paper");
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
  c.lineWidth = 1 / view.scale;
  for (const block of layout.blocks) {
    c.fillStyle = `${colour("grid")}55`;
    c.fillRect(block.x, block.y, block.width, block.height);
    c.strokeStyle = colour("grid");
    c.strokeRect(block.x, block.y, block.width, block.height);
    c.fillStyle = colour("ink");
    c.font = "10.5px system-ui, sans-serif";
    c.fillText(words(block.center.name), block.x + 4, block.y + TITLE - 4.5);
  }
}

export function drawMoment(canvas: HTMLCanvasElement, background: HTMLCanvasElement, meta: Meta, layout: Layout, moment: Window | null, view: View, ratio: number, picked: number) {
  const c = canvas.getContext("2d")!;
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.drawImage(background, 0, 0);
  if (!moment) return;
  c.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
  drawCells(c, meta, layout, moment);
  paintPieces(canvas, meta, moment, view, ratio);
  c.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
  drawPicked(c, moment, picked);
}

function drawCells(c: CanvasRenderingContext2D, meta: Meta, layout: Layout, moment: Window) {
  const { unitX, unitY } = layout;
  for (let state = 0; state < meta.states.length; state++) {
    c.fillStyle = stateColour(meta.states[state]);
    for (let unit = 0; unit < unitX.length; unit++) if (moment.unitState[unit] === state) c.fillRect(unitX[unit], unitY[unit], CELL, CELL);
  }
  c.strokeStyle = colour("muted");
  c.lineWidth = 0.6;
  for (let unit = 0; unit < unitX.length; unit++) c.strokeRect(unitX[unit], unitY[unit], CELL, CELL);
}

function drawPicked(c: CanvasRenderingContext2D, moment: Window, picked: number) {
  const { x, y, shown } = moment;
  const at = picked < 0 ? -1 : moment.serial.indexOf(picked);
  if (at >= 0 && shown[at]) {
    c.strokeStyle = colour("ink");
    c.lineWidth = 2;
    c.beginPath();
    c.arc(x[at] + 3, y[at] + 3, 9, 0, 7);
    c.stroke();
  }
}

export type Hit = { serial: number } | { center: string; unit: number; number: number } | null;

/** What lies under a point of the plan: a piece first, then a cell. */
export function hit(layout: Layout, moment: Window | null, px: number, py: number): Hit {
  if (moment) {
    let best = 7, serial = -1;
    for (let i = 0; i < moment.pieces; i++) {
      if (!moment.shown[i]) continue;
      const distance = Math.hypot(moment.x[i] + 3 - px, moment.y[i] + 3 - py);
      if (distance < best) { best = distance; serial = moment.serial[i]; }
    }
    if (serial >= 0 && best < 4.5) return { serial };
  }
  for (let unit = 0; unit < layout.unitX.length; unit++) {
    const dx = px - layout.unitX[unit], dy = py - layout.unitY[unit];
    if (dx >= 0 && dx <= CELL && dy >= 0 && dy <= CELL) {
      const block = layout.blocks[layout.unitCenter[unit]];
      return { center: block.center.name, unit: unit - block.first, number: unit };
    }
  }
  return null;
}
