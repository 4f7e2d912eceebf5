// What the server tells of a hall, and where its racks stand on the plan.
export interface Rack { rack: string; rack_row: string; place: number; gpu_model: string; compute_nodes: number; gpus: number; nameplate_w: number; liquid_fraction: number }
export interface Limit { name: string; quantity: string; draw: number; reserved: number; limit: number; headroom: number; waiting: number }
export interface Meta {
  run: string; replication: number; start: string; horizon_s: number; warm_up_s: number; rows: { name: string; feeds: string[]; cooling_loops: string[] }[]; racks: Rack[];
  feeds: { name: string; parent: string | null; limit_w: number }[]; loops: { name: string; parent: string | null; medium: string; limit_w: number }[];
  job_classes: string[]; hottest_k: number | null; measures: Record<string, { unit: string; about: string }>;
}
export interface Grid { time_s: number[]; edges_s: number[]; unit: string; about: string; values: (number | null)[][] }
export interface Moment {
  at_s: number; limits: Limit[]; at_work: number; waiting: number; busy_gpus: number; gpus: number; cooling: Record<string, number> | null;
  racks: { draw_w: number[]; reserved_w: number[]; setting: number[]; down_nodes: number[]; temperature_k: (number | null)[]; busy_gpus: number[]; jobs: number[]; top_job: string[]; top_class: string[] };
}

export const BOX = 54, HIGH = 46, GAP = 6, NAME = 132;
const MOST = 20;

export interface Plan { x: number[]; y: number[]; titles: { text: string; y: number }[]; width: number; height: number }

/** Rows from top to bottom, their racks from left to right; a long row is broken. */
export function planOf(racks: Rack[], width: number): Plan {
  const across = Math.max(4, Math.min(MOST, Math.floor((width - NAME) / (BOX + GAP))));
  const plan: Plan = { x: [], y: [], titles: [], width: NAME, height: 4 };
  let row = "", column = 0, y = 4;
  racks.forEach((one, place) => {
    if (one.rack_row !== row) {
      if (place) y += HIGH + 2.5 * GAP;
      row = one.rack_row; column = 0;
      plan.titles.push({ text: row, y });
    } else if (column === across) { column = 0; y += HIGH + GAP; }
    plan.x.push(NAME + column * (BOX + GAP));
    plan.y.push(y);
    plan.width = Math.max(plan.width, NAME + (column + 1) * (BOX + GAP));
    column++;
  });
  plan.height = y + HIGH + GAP;
  return plan;
}

/** The rack above (-1) or below (1) another, as near as the next line of the plan has one. */
export function neighbour(plan: Plan, from: number, way: 1 | -1): number {
  if (from < 0) return 0;
  const lines = [...new Set(plan.y)].sort((a, b) => a - b), line = lines[lines.indexOf(plan.y[from]) + way];
  const there = plan.y.flatMap((y, place) => (y === line ? [place] : []));
  return there.length ? there.reduce((best, one) => (Math.abs(plan.x[one] - plan.x[from]) < Math.abs(plan.x[best] - plan.x[from]) ? one : best)) : from;
}
