// Where everything stands, in units of the plan: as the scenario says, or step by step from left to right.
export interface Center { name: string; units: number; step: number | null; level: string; x_m: number | null; y_m: number | null }
export interface Meta {
  run: string; replication: number; start: string; time_zone: string; horizon_s: number; warm_up_s: number; chunk_s: number; centers: Center[];
  parts: { name: string; product: boolean }[]; states: string[]; feeds: { name: string; parent: string | null; limit_w: number }[];
  loops: { name: string; parent: string | null; limit_w: number }[]; people: { name: string; headcount: number }[];
}
export interface Block { center: Center; first: number; x: number; y: number; columns: number; width: number; height: number; queue: Zone; stock: Zone }
export interface Zone { x: number; y: number; width: number; height: number; slots: number }
export interface Layout { blocks: Block[]; unitX: Float32Array; unitY: Float32Array; unitCenter: Uint16Array; width: number; height: number }

export const CELL = 15, GAP = 3, SLOT = 5, TITLE = 16, QUEUE_SLOTS = 12;

export function layOut(centers: Center[]): Layout {
  const blocks = centers.map((center, place) => block(center, centers.slice(0, place).reduce((sum, one) => sum + one.units, 0)));
  const placed = centers.every((center) => center.x_m !== null && center.y_m !== null);
  if (placed) byPosition(blocks);
  else byStep(blocks);
  const units = centers.reduce((sum, center) => sum + center.units, 0);
  const unitX = new Float32Array(units), unitY = new Float32Array(units), unitCenter = new Uint16Array(units);
  blocks.forEach((one, number) => {
    const inner = one.x + one.queue.width + 8;
    one.queue = { ...one.queue, x: one.x + 3, y: one.y + TITLE };
    one.stock = { ...one.stock, x: inner + one.columns * (CELL + GAP) + 4, y: one.y + TITLE };
    for (let unit = 0; unit < one.center.units; unit++) {
      unitX[one.first + unit] = inner + (unit % one.columns) * (CELL + GAP);
      unitY[one.first + unit] = one.y + TITLE + Math.floor(unit / one.columns) * (CELL + GAP);
      unitCenter[one.first + unit] = number;
    }
  });
  const width = Math.max(...blocks.map((one) => one.x + one.width)) + 10, height = Math.max(...blocks.map((one) => one.y + one.height)) + 10;
  return { blocks, unitX, unitY, unitCenter, width, height };
}

function block(center: Center, first: number): Block {
  const columns = Math.max(1, Math.min(center.units, Math.ceil(Math.sqrt(center.units * 1.7))));
  const rows = Math.ceil(center.units / columns), inner = Math.max(rows * (CELL + GAP), 44);
  const zone = { x: 0, y: 0, width: QUEUE_SLOTS * SLOT * 0.6, height: inner, slots: 0 };
  const width = Math.max(2 * zone.width + columns * (CELL + GAP) + 18, 8 + center.name.length * 6.2);
  return { center, first, x: 0, y: 0, columns, width, height: TITLE + inner + 6, queue: { ...zone }, stock: { ...zone } };
}

/** Columns by step of the routing, each filled from the top; those that no routing names come last. */
function byStep(blocks: Block[]) {
  const last = Math.max(0, ...blocks.map((one) => one.center.step ?? 0)) + 1;
  const columns = new Map<number, Block[]>();
  for (const one of blocks) {
    const step = one.center.step ?? last;
    columns.set(step, [...(columns.get(step) ?? []), one]);
  }
  let x = 10;
  let column: Block[] = [], height = 0;
  const close = () => {
    let y = 10;
    for (const one of column) { one.x = x; one.y = y; y += one.height + 14; }
    x += Math.max(0, ...column.map((one) => one.width)) + 26;
    column = []; height = 0;
  };
  for (const [, group] of [...columns].sort(([a], [b]) => a - b)) {
    for (const one of group) {
      if (column.length && height + one.height > 520) close();
      column.push(one); height += one.height + 14;
    }
    if (height > 330) close();
  }
  if (column.length) close();
}

/** The scenario's own places, drawn together: what lies beside or above each other stays so, empty ground shrinks. */
function byPosition(blocks: Block[]) {
  const columns = tracks(blocks, (one) => one.center.x_m!), rows = tracks(blocks, (one) => one.center.y_m!);
  const lefts = offsets(columns, (one) => one.width + 22), tops = offsets(rows, (one) => one.height + 20);
  columns.forEach((group, place) => group.forEach((one) => { one.x = lefts[place]; }));
  rows.forEach((group, place) => group.forEach((one) => { one.y = tops[place]; }));
  pushApart(blocks);
}

/** Blocks that share a track both ways are moved down, one below the other. */
function pushApart(blocks: Block[]) {
  const sorted = [...blocks].sort((a, b) => a.y - b.y || a.center.y_m! - b.center.y_m!);
  sorted.forEach((one, place) => {
    for (const other of sorted.slice(0, place))
      if (one.x < other.x + other.width + 6 && other.x < one.x + one.width + 6 && one.y < other.y + other.height + 6) one.y = Math.max(one.y, other.y + other.height + 14);
  });
}

/** Blocks in order of a coordinate, those that nearly share it together (a twelfth of the whole extent). */
function tracks(blocks: Block[], at: (one: Block) => number): Block[][] {
  const sorted = [...blocks].sort((a, b) => at(a) - at(b));
  const near = (at(sorted[sorted.length - 1]) - at(sorted[0])) / 12;
  const groups: Block[][] = [];
  for (const one of sorted) {
    const last = groups[groups.length - 1];
    if (last && at(one) - at(last[0]) <= near) last.push(one);
    else groups.push([one]);
  }
  return groups;
}

function offsets(groups: Block[][], size: (one: Block) => number): number[] {
  let place = 10;
  return groups.map((group) => { const here = place; place += Math.max(...group.map(size)); return here; });
}
