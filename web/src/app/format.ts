// Numbers as people read them: few digits, a unit of fitting size, simulated time as a date of the plant.
import { locale, t, type Word } from "./words";

type Ladder = [number, string, number][];
const LADDERS: Record<string, Ladder> = {
  s: [[172800, "d", 86400], [7200, "h", 3600], [120, "min", 60], [0, "s", 1]],
  W: [[1e6, "MW", 1e6], [1e3, "kW", 1e3], [0, "W", 1]],
  J: [[3.6e9, "MWh", 3.6e9], [0, "kWh", 3.6e6]],
  "m3/s": [[0, "L/min", 1 / 60e3]],
  share: [[0, "%", 0.01]],
  points: [[0, "points", 0.01]],
  "1": [[0, "", 1]],
};
const SPOKEN: Record<string, Word> = { "1/week": "per_week", "1/d": "per_day", "1/yr": "per_year", points: "points" };
const spoken = (unit: string) => (unit in SPOKEN ? t(SPOKEN[unit]) : unit);

export function scaleOf(unit: string, largest: number): { unit: string; by: number } {
  for (const [least, shown, by] of LADDERS[unit] ?? []) if (Math.abs(largest) >= least) return { unit: shown, by };
  return { unit, by: 1 };
}

export function number(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(digits - 1);
  const decimals = value === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString(locale(), { minimumFractionDigits: 0, maximumFractionDigits: Math.min(decimals, 7) });
}

export function quantity(value: number | null | undefined, unit: string, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const scale = scaleOf(unit, value);
  return `${number(value / scale.by, digits)} ${spoken(scale.unit)}`.trim();
}

export const estimate = (mean: number | null, half: number | null, unit: string): string => estimated(mean, half, unit).join(" ").trim();

/** Mean and half width, and their unit. */
export function estimated(mean: number | null, half: number | null, unit: string): [string, string] {
  if (mean === null || mean === undefined) return ["–", ""];
  if (unit === "s" && Math.max(Math.abs(mean), half ?? 0) < 1e-6) return ["0", "s"]; // what sums leave of nothing
  const scale = scaleOf(unit, Math.max(Math.abs(mean), half ?? 0));
  const m = mean / scale.by;
  if (half === null || half === undefined || half === 0) return [number(m), spoken(scale.unit)];
  const h = half / scale.by;
  const decimals = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(h)), m ? 2 - Math.floor(Math.log10(Math.abs(m))) : 0));
  const show = (x: number) => x.toLocaleString(locale(), { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return [`${show(m)} ± ${show(h)}`, spoken(scale.unit)];
}

/** A KPI's unit, as a share where it reads as a percentage; differences of percentages are points. */
export const unitOfKpi = (kpi: { unit: string; is_share: boolean } | undefined, isDifference = false) => (kpi?.is_share ? (isDifference ? "points" : "share") : kpi?.unit ?? "");

export const words = (name: string) => name.replaceAll("_", " ");

/** The unit that a column's name ends in. */
export function unitOf(column: string): string {
  const unit = /_(s|w|j|m3_per_s)$/.exec(column)?.[1];
  return unit ? { s: "s", w: "W", j: "J", m3_per_s: "m3/s" }[unit]! : "";
}

/** Seconds after the start as a clock of the plant (its wall-clock time, whatever the reader's zone). */
export class Clock {
  private readonly origin: number;
  constructor(start: string) {
    const parsed = Date.parse(start.length <= 10 ? `${start}T00:00Z` : `${start.replace(" ", "T").replace(/Z$/, "")}Z`);
    this.origin = Number.isFinite(parsed) ? parsed / 1000 : 0;
  }
  epoch(time_s: number) { return this.origin + time_s; }
  after(epoch_s: number) { return epoch_s - this.origin; }
  short(time_s: number) {
    return new Date(this.epoch(time_s) * 1000).toLocaleString(locale(), { timeZone: "UTC", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" });
  }
  full(time_s: number) {
    return new Date(this.epoch(time_s) * 1000).toLocaleString(locale(), {
      timeZone: "UTC", weekday: "short", day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    });
  }
}

export const wallClock = (iso: string | null) =>
  iso ? new Date(iso).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" }) : "–";
