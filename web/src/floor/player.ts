// Time that runs: asks for windows ahead of it, moves the moment on in every frame, and tells who draws.
import { getBytes, query } from "../app/api";
import type { Layout, Meta } from "./layout";
import { Window } from "./moment";

const KEPT = 4, SETTLING = 40;

export class Player {
  now_s: number;
  playing = false;
  speed = 6 * 3600;
  moment: Window | null = null;
  frames = 0;
  /** Counts up whenever something may have moved: what is still need not be drawn again. */
  moved = 0;
  private calm = 0;
  private readonly windows = new Map<number, Promise<ArrayBuffer>>();
  private chunk = -1;
  private last = 0;
  private request = 0;
  private stopped = false;
  private jump = true;

  constructor(readonly meta: Meta, readonly layout: Layout, now_s: number, private readonly draw: () => void, private readonly told: (error: Error | null) => void) {
    this.now_s = now_s;
    this.request = requestAnimationFrame(this.frame);
  }

  stop() { this.stopped = true; cancelAnimationFrame(this.request); }
  play(on: boolean) { this.playing = on && this.now_s < this.meta.horizon_s; }
  seek(now_s: number) { this.now_s = Math.max(0, Math.min(now_s, this.meta.horizon_s - 1)); this.jump = true; }
  get loading() { return this.chunk !== Math.floor(this.now_s / this.meta.chunk_s); }

  private readonly frame = (at: number) => {
    if (this.stopped) return;
    this.request = requestAnimationFrame(this.frame);
    const passed = Math.min(0.1, (at - (this.last || at)) / 1000);
    this.last = at;
    if (this.playing && !this.loading) this.now_s = Math.min(this.now_s + passed * this.speed, this.meta.horizon_s - 1);
    if (this.now_s >= this.meta.horizon_s - 1) this.playing = false;
    this.load();
    if (this.moment && !this.loading) {
      this.calm = this.playing || this.jump ? 0 : this.calm + 1;
      if (this.calm < SETTLING) { this.moment.moveTo(this.now_s, this.jump ? 1 : 0.22); this.moved++; }
      this.jump = false;
      this.frames++;
    }
    this.draw();
  };

  private load() {
    const wanted = Math.floor(this.now_s / this.meta.chunk_s);
    if (wanted === this.chunk) return;
    const asked = this.fetch(wanted);
    if ((wanted + 1) * this.meta.chunk_s < this.meta.horizon_s - 1) void this.fetch(wanted + 1);
    asked.then((buffer) => {
      if (this.stopped || Math.floor(this.now_s / this.meta.chunk_s) !== wanted || this.chunk === wanted) return;
      this.moment = new Window(buffer, this.layout, (wanted + 1) * this.meta.chunk_s, this.moment ?? undefined);
      this.chunk = wanted;
      this.calm = 0;
      this.told(null);
    }, (error) => { this.windows.delete(wanted); this.playing = false; this.told(error); this.chunk = wanted; });
  }

  private fetch(chunk: number): Promise<ArrayBuffer> {
    const from_s = chunk * this.meta.chunk_s;
    let asked = this.windows.get(chunk);
    if (!asked) {
      const words = { replication: this.meta.replication, from_s, to_s: from_s + this.meta.chunk_s };
      asked = getBytes(`/api/runs/${encodeURIComponent(this.meta.run)}/floor/window${query(words)}`);
      this.windows.set(chunk, asked);
      asked.catch(() => undefined);
      for (const old of this.windows.keys()) if (this.windows.size > KEPT && old !== chunk && old !== chunk - 1) this.windows.delete(old);
    }
    return asked;
  }
}
