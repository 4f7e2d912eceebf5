// What is where at a moment: states of work units and places of pieces, moved on from the moment before.
import { unpack } from "./columns";
import { type Layout, SLOT } from "./layout";

/** Pieces and states of one window of time. Pointers move with time, so that a frame costs a look at each piece. */
export class Window {
  readonly from_s: number;
  readonly pieces: number;
  readonly serial: Int32Array; readonly part: Uint8Array;
  readonly x: Float32Array; readonly y: Float32Array; readonly shown: Uint8Array;
  readonly unitState: Uint8Array; readonly unitSerial: Int32Array;
  readonly queued: Uint32Array;
  private readonly c: Record<string, any>;
  private readonly firstVisit: Int32Array; private readonly visit: Int32Array;
  private readonly firstState: Int32Array; private readonly state: Int32Array;
  private readonly stocked: Uint32Array;

  constructor(buffer: ArrayBuffer, readonly layout: Layout, readonly to_s: number, before?: Window) {
    const { origin_s, columns } = unpack(buffer);
    this.c = columns;
    this.from_s = origin_s;
    this.serial = columns.piece_serial as Int32Array;
    this.part = columns.piece_part as Uint8Array;
    this.pieces = this.serial.length;
    this.x = new Float32Array(this.pieces).fill(-1e3);
    this.y = new Float32Array(this.pieces);
    this.shown = new Uint8Array(this.pieces);
    this.firstVisit = starts(columns.visit_serial as Int32Array, this.serial);
    this.visit = this.firstVisit.slice(0, this.pieces);
    const units = layout.unitX.length;
    this.firstState = startsOfUnits(columns.state_unit as Int32Array, units);
    this.state = this.firstState.slice(0, units);
    this.unitState = new Uint8Array(units).fill(255);
    this.unitSerial = new Int32Array(units).fill(-1);
    this.queued = new Uint32Array(layout.blocks.length);
    this.stocked = new Uint32Array(layout.blocks.length);
    if (before) this.takePlaces(before);
  }

  private takePlaces(before: Window) {
    const known = new Map<number, number>();
    before.serial.forEach((serial, place) => { if (before.shown[place]) known.set(serial, place); });
    this.serial.forEach((serial, place) => {
      const old = known.get(serial);
      if (old !== undefined) { this.x[place] = before.x[old]; this.y[place] = before.y[old]; }
    });
  }

  /** Bring everything to `now_s`; pieces glide towards their place by `ease` (1: at once). */
  moveTo(now_s: number, ease: number) {
    const t = now_s - this.from_s;
    this.moveStates(t);
    const { visit_queued: queued, visit_start: start, visit_left: left, visit_center: center, visit_unit: unit, piece_release: release, piece_end: end } = this.c;
    const { blocks, unitX, unitY } = this.layout;
    this.queued.fill(0); this.stocked.fill(0);
    for (let i = 0; i < this.pieces; i++) {
      const first = this.firstVisit[i], last = this.firstVisit[i + 1];
      if (t < release[i] || t >= end[i] || first === last) { this.shown[i] = 0; continue; }
      let v = this.visit[i];
      while (v > first && queued[v] > t) v--;
      while (v + 1 < last && queued[v + 1] <= t) v++;
      this.visit[i] = v;
      let tx: number, ty: number;
      if (t < start[v]) {
        const zone = blocks[center[v]].queue, slot = this.queued[center[v]]++;
        const rows = Math.max(1, Math.floor(zone.height / SLOT));
        tx = zone.x + zone.width - SLOT - (Math.floor(slot / rows) % 7) * SLOT; ty = zone.y + (slot % rows) * SLOT;
      } else if (t < left[v]) {
        tx = unitX[unit[v]] + 4; ty = unitY[unit[v]] + 4;
      } else {
        const zone = blocks[center[v]].stock, slot = this.stocked[center[v]]++;
        const rows = Math.max(1, Math.floor(zone.height / SLOT));
        tx = zone.x + (Math.floor(slot / rows) % 7) * SLOT; ty = zone.y + (slot % rows) * SLOT;
      }
      if (!this.shown[i] || this.x[i] < -500 || ease >= 1) { this.x[i] = tx; this.y[i] = ty; this.shown[i] = 1; }
      else { this.x[i] += (tx - this.x[i]) * ease; this.y[i] += (ty - this.y[i]) * ease; }
    }
  }

  private moveStates(t: number) {
    const { state_start: start, state_end: end, state_code: code, state_serial: serial } = this.c;
    for (let unit = 0; unit < this.state.length; unit++) {
      const first = this.firstState[unit], last = this.firstState[unit + 1];
      if (first === last) { this.unitState[unit] = 255; continue; }
      let s = this.state[unit];
      while (s > first && start[s] > t) s--;
      while (s + 1 < last && start[s + 1] <= t) s++;
      this.state[unit] = s;
      const inside = start[s] <= t && t < end[s];
      this.unitState[unit] = inside ? code[s] : 255;
      this.unitSerial[unit] = inside ? serial[s] : -1;
    }
  }
}

/** Where the rows of each of `wanted` (sorted) begin in `sorted`; one more at the end. */
function starts(sorted: Int32Array, wanted: Int32Array): Int32Array {
  const found = new Int32Array(wanted.length + 1);
  let row = 0;
  for (let i = 0; i < wanted.length; i++) {
    while (row < sorted.length && sorted[row] < wanted[i]) row++;
    found[i] = row;
    while (row < sorted.length && sorted[row] === wanted[i]) row++;
  }
  found[wanted.length] = row;
  return found;
}

function startsOfUnits(sorted: Int32Array, units: number): Int32Array {
  const found = new Int32Array(units + 1);
  let row = 0;
  for (let unit = 0; unit < units; unit++) {
    while (row < sorted.length && sorted[row] < unit) row++;
    found[unit] = row;
  }
  found[units] = sorted.length;
  return found;
}
