// The plan of the hall on a canvas: each rack a box in the colour of its number or of its job.
import { colour, seriesColour } from "../app/colours";
import { words } from "../app/format";
import { inkOn, tone } from "../parts/tone";
import { BOX, HIGH, type Moment, type Plan, type Rack } from "./meta";

export interface Shown {
  value: (number | null)[]; text: string[]; ends: [number, number]; classes: string[] | null; moment: Moment | null; marked: Set<string>; picked: number;
}

export function drawHall(canvas: HTMLCanvasElement, plan: Plan, racks: Rack[], shown: Shown, job_classes: string[]) {
  const c = canvas.getContext("2d")!, ratio = devicePixelRatio, [low, high] = shown.ends, span = high - low || 1;
  canvas.width = plan.width * ratio;
  canvas.height = plan.height * ratio;
  c.scale(ratio, ratio);
  c.font = "600 12px system-ui, sans-serif";
  c.fillStyle = colour("ink");
  for (const one of plan.titles) c.fillText(words(one.text).slice(0, 19), 2, one.y + HIGH / 2 + 4);
  c.textAlign = "center";
  racks.forEach((rack, i) => {
    const x = plan.x[i], y = plan.y[i], value = shown.value[i], share = value === null ? 0 : (value - low) / span;
    const klass = shown.classes?.[i];
    const empty = shown.classes ? !klass : value === null;
    c.fillStyle = empty ? colour("grid") : klass ? seriesColour(job_classes.indexOf(klass)) : tone(share);
    c.fillRect(x, y, BOX, HIGH);
    c.fillStyle = empty ? colour("ink") : klass ? "#0b1016" : inkOn(share);
    c.font = "10px system-ui, sans-serif";
    c.fillText(rack.rack.slice(rack.rack_row.length + 1), x + BOX / 2, y + 13);
    c.font = "600 11.5px system-ui, sans-serif";
    c.fillText(shown.text[i], x + BOX / 2, y + 30, BOX - 4);
    const down = shown.moment?.racks.down_nodes[i] ?? 0;
    if (down) { c.font = "10px system-ui, sans-serif"; c.fillText(`✕${down}`, x + BOX - 12, y + HIGH - 4); }
    c.strokeStyle = colour(shown.marked.has(rack.rack) ? "limit" : "ink");
    c.lineWidth = shown.marked.has(rack.rack) ? 3 : i === shown.picked ? 2.5 : 0;
    if (c.lineWidth && (shown.marked.has(rack.rack) || i === shown.picked)) c.strokeRect(x - 1, y - 1, BOX + 2, HIGH + 2);
  });
}

/** The rack under a point of the plan; -1 for none. */
export function rackAt(plan: Plan, px: number, py: number): number {
  return plan.x.findIndex((x, i) => px >= x && px <= x + BOX && py >= plan.y[i] && py <= plan.y[i] + HIGH);
}
