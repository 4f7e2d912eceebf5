// Thousands of bars on a canvas: one row for each work unit, colours by outcome.
import { colour } from "../app/colours";
import { type Clock, words } from "../app/format";

export interface Plan {
  replication: number;
  from_s: number; to_s: number; total: number; merged: boolean; units: { work_center: string; work_unit: number }[];
  bars: { unit: number[]; start_s: number[]; end_s: number[]; left_s: number[]; serial_number: number[]; part: string[]; operation: string[]; outcome: string[]; count: number[]; order_number: number[] };
}
export const ROW = 13, LEFT = 190, HEAD = 20;
export const TONES: Record<string, string> = { pass: "work", fail: "limit", false_fail: "reserved", scrap: "down", repaired: "rework" };

export function drawGantt(canvas: HTMLCanvasElement, plan: Plan, clock: Clock, width: number, height: number, picked: number) {
  const ratio = Math.min(devicePixelRatio, 8000 / Math.max(1, height));
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const c = canvas.getContext("2d")!;
  c.setTransform(ratio, 0, 0, ratio, 0, 0);
  c.fillStyle = colour("paper");
  c.fillRect(0, 0, width, height);
  const x = (time_s: number) => LEFT + ((time_s - plan.from_s) / (plan.to_s - plan.from_s)) * (width - LEFT);
  drawAxis(c, plan, clock, width, height, x);
  drawNames(c, plan);
  c.save();
  c.beginPath();
  c.rect(LEFT, HEAD, width - LEFT, height);
  c.clip();
  const { unit, start_s, end_s, left_s, outcome } = plan.bars;
  for (const [name, tone] of [["blocked", "blocked"], ...Object.entries(TONES)]) {
    c.fillStyle = colour(tone);
    for (let i = 0; i < unit.length; i++) {
      if (name !== "blocked" && outcome[i] !== name) continue;
      const from = x(name === "blocked" ? end_s[i] : start_s[i]), to = x(name === "blocked" ? left_s[i] : end_s[i]);
      if (name !== "blocked" || to - from > 0.5) c.fillRect(from, HEAD + unit[i] * ROW + 2, Math.max(0.8, to - from - 0.4), ROW - 4);
    }
  }
  if (picked >= 0) {
    c.strokeStyle = colour("ink");
    c.lineWidth = 2;
    c.strokeRect(x(start_s[picked]), HEAD + unit[picked] * ROW + 1, Math.max(2, x(end_s[picked]) - x(start_s[picked])), ROW - 2);
  }
  c.restore();
}

function drawAxis(c: CanvasRenderingContext2D, plan: Plan, clock: Clock, width: number, height: number, x: (time_s: number) => number) {
  const steps = [3600, 6 * 3600, 86400, 7 * 86400, 28 * 86400, 91 * 86400];
  const step = steps.find((one) => (plan.to_s - plan.from_s) / one <= Math.max(2, (width - LEFT) / 130)) ?? steps[steps.length - 1];
  c.font = "11px system-ui, sans-serif";
  for (let time = Math.ceil(plan.from_s / step) * step; time <= plan.to_s; time += step) {
    c.strokeStyle = colour("grid");
    c.beginPath();
    c.moveTo(x(time), HEAD - 4);
    c.lineTo(x(time), height);
    c.stroke();
    c.fillStyle = colour("muted");
    c.fillText(clock.full(time), x(time) + 3, 12);
  }
}

function drawNames(c: CanvasRenderingContext2D, plan: Plan) {
  c.font = "11px system-ui, sans-serif";
  plan.units.forEach((one, row) => {
    const first = row === 0 || plan.units[row - 1].work_center !== one.work_center;
    if (first) {
      c.fillStyle = colour("grid");
      c.fillRect(0, HEAD + row * ROW, 4000, 1);
    }
    c.fillStyle = first ? colour("ink") : colour("muted");
    c.fillText(first ? `${words(one.work_center).slice(0, 26)} ${one.work_unit}` : String(one.work_unit), first ? 4 : LEFT - 26, HEAD + row * ROW + 10);
  });
}

/** The bar under a point, the last drawn first; -1 for none. */
export function barAt(plan: Plan, px: number, py: number, width: number): number {
  const row = Math.floor((py - HEAD) / ROW), time = plan.from_s + ((px - LEFT) / (width - LEFT)) * (plan.to_s - plan.from_s);
  const slack = ((plan.to_s - plan.from_s) / (width - LEFT)) * 2;
  for (let i = plan.bars.unit.length - 1; i >= 0; i--)
    if (plan.bars.unit[i] === row && plan.bars.start_s[i] - slack <= time && time <= plan.bars.end_s[i] + slack) return i;
  return -1;
}
